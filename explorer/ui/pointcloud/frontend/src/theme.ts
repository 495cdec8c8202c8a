/** Light or dark: the page around the map says so, and may change its mind at any moment. */

const PATIENCE = 400; // milliseconds in which the page may tell Python by itself

export class Theme {
  /** To be put on the page: it listens there. */
  readonly element = document.createElement("i");
  private timer = 0;
  private told: boolean | null = null;

  /** `changed` is called when the page has become dark or light. */
  constructor(changed: () => void) {
    this.element.className = "ground";
    this.element.setAttribute("aria-hidden", "true");
    // its color is the page's ground and takes a moment to follow: so a style can be listened to
    this.element.addEventListener("transitionend", changed);
  }

  /** Whether the page is dark; null where it does not say. */
  get isDark(): boolean | null {
    if (!this.element.isConnected) return null;
    const style = getComputedStyle(this.element);
    if (!style.getPropertyValue("--st-background-color")) return null;
    const [red, green, blue] = (style.color.match(/[\d.]+/g) ?? []).map(Number);
    return 0.3 * red! + 0.6 * green! + 0.1 * blue! < 128;
  }

  /**
   * Call `tell` where Python, which drew for a dark page or a light one, does not hear of the other.
   * Once only: who does not believe it is not asked again and again.
   */
  reconcile(python: () => boolean, tell: (dark: boolean) => void): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const { isDark } = this;
      const isWrong = isDark !== null && isDark !== python();
      if (isWrong && isDark !== this.told) tell(isDark);
      this.told = isWrong ? isDark : null;
    }, PATIENCE);
  }
}
