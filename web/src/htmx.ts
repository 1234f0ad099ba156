// The part of htmx that the elements use; the library itself is loaded by the page.
interface Htmx {
  ajax(method: string, path: string, context: { target: string; select: string; swap: string }): Promise<void>;
}

declare global {
  interface Window {
    htmx?: Htmx;
  }
}

/** Put one part of another page in place of the same part of this one and make its address this page's. */
export async function follow(address: string, part: string): Promise<boolean> {
  if (!window.htmx) return false;
  await window.htmx.ajax("GET", address, { target: part, select: part, swap: "outerHTML" });
  history.pushState({ part }, "", address);
  return true;
}
