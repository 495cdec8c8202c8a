// A picture of a space to place a point on by tapping, or with the guesses of a class on it.
const SVG = "http://www.w3.org/2000/svg";
const SIZE = 1000;
const STEP = 0.02; // what an arrow key moves

const make = (name, attributes, text) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
};
const across = (x) => x * SIZE;
const down = (y) => (1 - y) * SIZE;
const between = (value) => Math.max(0, Math.min(1, value));

export default ({ data, parentElement, setStateValue }) => {
  const { points, landmarks, guesses, mine, answer, open, say } = data;
  const [top, bottom] = data.down;
  const ground = "var(--st-text-color, #888)";
  parentElement.querySelector("svg")?.remove();
  const svg = make("svg", {
    viewBox: `-20 ${top * SIZE} ${SIZE + 40} ${(bottom - top) * SIZE}`,
    role: open ? "application" : "img",
    "aria-label": say,
    tabindex: open ? 0 : -1,
    style: `width:100%;height:100%;display:block;user-select:none;${open ? "cursor:crosshair;touch-action:manipulation" : ""}`,
  });
  for (const [x, y] of points)
    svg.append(make("circle", { cx: across(x), cy: down(y), r: 4, fill: ground, opacity: 0.22 }));
  for (const [x, y, name] of landmarks) {
    const anchor = x > 0.8 ? "end" : x < 0.2 ? "start" : "middle";
    svg.append(make("circle", { cx: across(x), cy: down(y), r: 8, fill: ground }));
    svg.append(
      make(
        "text",
        {
          x: across(x), y: down(y) - 16, "font-size": 40, fill: ground, "text-anchor": anchor,
          stroke: "var(--st-background-color, #fff)", "stroke-width": 8, "paint-order": "stroke",
        },
        name,
      ),
    );
  }
  for (const [x, y] of guesses)
    svg.append(
      make("circle", { cx: across(x), cy: down(y), r: 18, fill: "#d55e00", opacity: 0.6, class: "guess" }),
    );
  const pin = make("circle", { r: 24, fill: "#0089d0", stroke: "#fff", "stroke-width": 6, class: "mine" });
  svg.append(pin);
  const put = (x, y) => {
    pin.setAttribute("cx", across(x));
    pin.setAttribute("cy", down(y));
    pin.setAttribute("visibility", "visible");
  };
  if (mine) put(...mine);
  else pin.setAttribute("visibility", "hidden");
  if (answer) {
    const [x, y, name] = answer;
    svg.append(
      make("circle", { cx: across(x), cy: down(y), r: 34, fill: "none", stroke: "#009e73", "stroke-width": 12 }),
      make(
        "text",
        {
          x: across(x), y: down(y) - 50, "font-size": 52, "font-weight": 700, fill: "#009e73",
          "text-anchor": x > 0.8 ? "end" : x < 0.2 ? "start" : "middle",
          stroke: "var(--st-background-color, #fff)", "stroke-width": 10, "paint-order": "stroke",
        },
        name,
      ),
    );
  }
  let at = mine ?? [0.5, 0.5];
  const tell = (x, y) => {
    at = [between(x), between(y)];
    put(...at);
    setStateValue("placed", { x: at[0], y: at[1] });
  };
  if (open) {
    svg.addEventListener("click", (event) => {
      const inside = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      tell(inside.x / SIZE, 1 - inside.y / SIZE);
    });
    svg.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!by) return;
      event.preventDefault();
      tell(at[0] + STEP * by[0], at[1] + STEP * by[1]);
    });
  }
  parentElement.append(svg);
};
