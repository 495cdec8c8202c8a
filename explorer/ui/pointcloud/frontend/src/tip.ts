/** What the pointer is over: the label and some columns, as text. */

export class Tip {
  readonly element = document.createElement("div");

  constructor() {
    this.element.className = "tip";
  }

  show(label: string, columns: readonly [string, string][], picture: string | null, x: number, y: number, width: number, height: number): void {
    const name = document.createElement("b");
    name.textContent = label;
    const list = document.createElement("dl");
    for (const [column, value] of columns) {
      const [term, text] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = column;
      text.textContent = value;
      list.append(term, text);
    }
    const image = document.createElement("img");
    if (picture) image.src = picture;
    image.alt = "";
    this.element.replaceChildren(...(picture ? [image] : []), name, ...(columns.length ? [list] : []));
    const { offsetWidth, offsetHeight } = this.element;
    const left = x + 14 + offsetWidth > width ? x - 14 - offsetWidth : x + 14;
    const top = y + 14 + offsetHeight > height ? y - 14 - offsetHeight : y + 14;
    this.element.style.transform = `translate(${Math.max(left, 2)}px, ${Math.max(top, 2)}px)`;
    this.element.classList.add("shown");
  }

  hide(): void {
    this.element.classList.remove("shown");
  }
}
