// The provider sends everybody back to the first page. Whoever had followed a link is brought to it.
const KEY = "embedding-explorer return";

export default ({ data }) => {
  if (data.keep) {
    sessionStorage.setItem(KEY, location.href);
    return;
  }
  const wanted = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (!wanted || wanted === location.href) return;
  const { origin, pathname, search } = new URL(wanted);
  const isHere = pathname === location.pathname && !search; // the first page, before it set its address
  if (origin === location.origin && !isHere) location.replace(wanted);
};
