/** A number with a slider beside it; either moves the other. */
export class LzSlider extends HTMLElement {
  connectedCallback(): void {
    const number = this.querySelector<HTMLInputElement>("input[type=number]");
    const range = this.querySelector<HTMLInputElement>("input[type=range]");
    const form = this.closest("form");
    if (!number || !range || !form) return;
    range.hidden = false;
    range.addEventListener("input", () => (number.value = range.value));
    number.addEventListener("input", () => (range.value = number.value));
    // Another indicator has another unit and another range: the figure is asked for anew.
    form.querySelector("select[name=indicator]")?.addEventListener("change", (event) => {
      event.stopPropagation();
      number.disabled = true;
      form.submit();
    });
  }
}
