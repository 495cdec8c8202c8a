// The provider sends everybody back to the first page. Whoever had followed a link is brought to it.
const KEY = "embedding-explorer return";

export default ({ data, setStateValue }) => {
  let wanted = null;
  try {
    if (data.keep) sessionStorage.setItem(KEY, location.href);
    else wanted = sessionStorage.getItem(KEY);
    if (!data.keep) sessionStorage.removeItem(KEY);
  } catch {
    // a browser that stores nothing: the visitor arrives at the first page
  }
  if (data.keep) setStateValue("kept", true);
  if (!wanted || !data.go) return;
  const { origin, pathname, search } = new URL(wanted);
  const isHere = pathname === location.pathname && !search; // the first page, before it set its address
  if (origin === location.origin && !isHere && wanted !== location.href) location.replace(wanted);
};
