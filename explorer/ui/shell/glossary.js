// Underlines the first occurrence of each glossary term on the page, and shows its sentence on
// hover or tap. The page's elements belong to React, so they are not touched: a highlight is a range
// that the browser paints (CSS Custom Highlight API), and the sentence is a box of our own.
const NAME = "glossary";
const TEXTS = '.stMain :is([data-testid="stMarkdownContainer"], [data-testid="stCaptionContainer"], .page-heading p)';
const NOT_IN = 'button, a, code, pre, [data-testid="stDialog"], [role="tooltip"]';
const WAIT = 250; // milliseconds without change before looking again

export default ({ data }) => {
  if (!("highlights" in CSS)) return undefined;
  const sentences = data.terms;
  const pattern = new RegExp(data.pattern, "g");
  const termOf = new Map(Object.keys(sentences).map((term) => [term.toLowerCase(), term]));
  const named = (word) =>
    termOf.get(word.toLowerCase()) ?? termOf.get(word.toLowerCase().replace(/s$/, ""));
  let marked = [];
  let timer = 0;

  const mark = () => {
    marked = [];
    const told = new Set();
    for (const text of document.querySelectorAll(TEXTS)) {
      if (text.closest(NOT_IN)) continue;
      const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.parentElement.closest(NOT_IN)) continue;
        for (const found of node.data.matchAll(pattern)) {
          const term = named(found[0]);
          if (term === undefined || told.has(term)) continue;
          told.add(term);
          const range = new Range();
          range.setStart(node, found.index);
          range.setEnd(node, found.index + found[0].length);
          marked.push({ range, term });
        }
      }
    }
    CSS.highlights.set(NAME, new Highlight(...marked.map((one) => one.range)));
  };

  const box = document.createElement("div");
  box.setAttribute("role", "tooltip");
  box.className = "glossary-tip";
  box.hidden = true;
  document.body.append(box);

  const point = (event) => {
    const hit = marked.find(({ range }) =>
      [...range.getClientRects()].some(
        (at) =>
          event.clientX >= at.left &&
          event.clientX <= at.right &&
          event.clientY >= at.top &&
          event.clientY <= at.bottom,
      ),
    );
    const covered = hit && !hit.range.startContainer.parentElement?.contains(event.target);
    box.hidden = !hit || (covered && !event.target.contains(hit.range.startContainer));
    if (box.hidden) return;
    box.textContent = `${hit.term}: ${sentences[hit.term]}`;
    const at = hit.range.getBoundingClientRect();
    const below = at.bottom + box.offsetHeight + 12 < innerHeight;
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${below ? at.bottom + 6 : at.top - box.offsetHeight - 6}px`;
  };
  const hide = (event) => {
    if (event.type !== "keydown" || event.key === "Escape") box.hidden = true;
  };

  const watcher = new MutationObserver((changes) => {
    if (changes.every((one) => box.contains(one.target))) return;
    clearTimeout(timer);
    timer = setTimeout(mark, WAIT);
  });
  watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
  mark();
  addEventListener("pointermove", point);
  addEventListener("pointerdown", point);
  addEventListener("scroll", hide, true);
  addEventListener("keydown", hide);
  return () => {
    clearTimeout(timer);
    watcher.disconnect();
    removeEventListener("pointermove", point);
    removeEventListener("pointerdown", point);
    removeEventListener("scroll", hide, true);
    removeEventListener("keydown", hide);
    CSS.highlights.delete(NAME);
    box.remove();
  };
};
