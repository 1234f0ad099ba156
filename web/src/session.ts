// Writing needs the token that the server printed at start. A page asks for it once and exchanges it for a cookie
// that no script can read.

/** A request that changes something; a form is sent as it is, anything else as JSON. Null where the reader did not give the token. */
export async function write(address: string, method: string, body?: unknown): Promise<Response | null> {
  const plain = body === undefined || body instanceof FormData;
  const send = (): Promise<Response> =>
    fetch(address, {
      method,
      headers: plain ? {} : { "Content-Type": "application/json" },
      body: plain ? ((body as FormData | undefined) ?? null) : JSON.stringify(body),
    });
  let response = await send();
  while (response.status === 401) {
    if (!(await signIn())) return null;
    response = await send();
  }
  return response;
}

/** Whoever started the server on this machine opened a link with the token behind "#", which browsers never send. */
export async function signInByLink(): Promise<void> {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(null, "", location.pathname + location.search);
  const answer = await exchange(token);
  // Where reading needs the token the page that was asked for is behind this one.
  if (answer.ok && document.querySelector("form#enter")) location.reload();
}

/** The place within a page, which is not sent, is not lost by signing in. */
export function keepPlace(): void {
  const next = document.querySelector<HTMLInputElement>("form#enter input[name=next]");
  if (next && location.pathname !== "/sign-in") next.value += location.hash;
}

function exchange(token: string): Promise<Response> {
  return fetch("/api/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
}

/** Ask for the token until it fits or the reader closes the dialog. */
function signIn(): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("dialog#sign-in");
  const form = dialog?.querySelector("form");
  const input = dialog?.querySelector("input");
  const wrong = dialog?.querySelector<HTMLElement>("[role=alert]");
  if (!dialog || !form || !input || !wrong) return Promise.resolve(false);
  return new Promise((resolve) => {
    const given = async (event: SubmitEvent): Promise<void> => {
      event.preventDefault();
      const answer = await exchange(input.value);
      if (answer.ok) dialog.close("signed-in");
      else {
        wrong.hidden = false;
        input.setAttribute("aria-invalid", "true");
        input.select();
      }
    };
    dialog.addEventListener(
      "close",
      () => {
        form.removeEventListener("submit", given);
        input.value = "";
        resolve(dialog.returnValue === "signed-in");
      },
      { once: true },
    );
    dialog.returnValue = "";
    wrong.hidden = true;
    input.removeAttribute("aria-invalid");
    form.addEventListener("submit", given);
    dialog.querySelector("button[type=button]")?.addEventListener("click", () => dialog.close(), { once: true });
    dialog.showModal();
  });
}
