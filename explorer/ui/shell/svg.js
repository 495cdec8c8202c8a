// What the small drawings in the browser share; `svg.py` puts it before each one's own script.
const SVG = "http://www.w3.org/2000/svg";

const make = (name, attributes, text) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
};

// A drawing that stays in its place on the page: Python's answers change it, so that nothing is torn
// out of a hand, no tap falls between two, and the arrow keys go on. `begin(data, send)` returns its
// `svg`, and `hear(data)`; another `kindOf(data)` begins another.
const staying = (begin, kindOf = () => "") => {
  const lives = new WeakMap();
  return ({ data, parentElement, setStateValue }) => {
    const kind = kindOf(data);
    let live = lives.get(parentElement);
    if (live?.kind !== kind) {
      live?.svg.remove();
      live = { kind, ...begin(data, (name, value) => live.send(name, value)) };
      lives.set(parentElement, live);
      parentElement.append(live.svg);
    }
    live.send = setStateValue;
    live.hear(data);
    return () => {
      live.svg.remove();
      lives.delete(parentElement);
    };
  };
};

