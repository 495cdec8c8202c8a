// The links to all pages, in sections that fold. One element with plain links: thirty elements of
// Streamlit's own kept React longer from the first picture (docs/benchmarks.md).
const folds = new Map(); // what the visitor folded or unfolded, by the section's name
let shown = null; // the page that the links were drawn for

const element = (name, given, ...inside) => {
  const made = Object.assign(document.createElement(name), given);
  made.append(...inside);
  return made;
};

export default ({ data, parentElement, setTriggerValue }) => {
  if (shown !== data.current) {
    folds.delete(data.sections.find((one) => one.pages.some((page) => page.name === data.current)).title);
    shown = data.current;
  }
  const go = (event, page) => {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (event.button !== 0 || elsewhere) return; // a tab or window of its own, by the browser
    event.preventDefault();
    setTriggerValue("page", page);
  };
  const link = ({ name, title, icon, address }) => {
    const image = element("span", { className: "icon", translate: false, textContent: icon });
    image.setAttribute("aria-hidden", "true");
    const made = element("a", { href: address, onclick: (event) => go(event, name) }, image, title);
    if (name === data.current) made.setAttribute("aria-current", "page");
    return made;
  };
  const section = ({ title, unfolded, pages }) => {
    const made = element("details", { open: folds.get(title) ?? unfolded });
    const summary = element("summary", {
      textContent: title,
      onclick: () => folds.set(title, !made.open),
    });
    made.append(summary, ...pages.map(link));
    return made;
  };
  const nav = parentElement.querySelector("nav");
  const focused = parentElement.activeElement?.getAttribute("href"); // its place is kept
  nav.replaceChildren(...data.sections.map(section));
  if (focused) nav.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
};
