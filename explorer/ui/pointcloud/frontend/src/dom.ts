/** Elements with text, which is never read as HTML. */

export function say<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, className: string, text: string): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

export function button(text: string, title: string, click: (event: MouseEvent) => void): HTMLButtonElement {
  const element = say("button", "", text);
  element.type = "button";
  element.title = title;
  element.addEventListener("click", click);
  return element;
}

export const counted = (value: number): string => value.toLocaleString("en");
