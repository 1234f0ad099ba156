import { TABLE_PARAMETER } from "./table";

const YEAR_S = 365 * 86_400;

/** The frame: theme without a reload, the day at once, switches that keep the page as it is now. */
export function startFrame(): void {
  document.documentElement.classList.add("scripted");
  const root = document.documentElement;
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-theme-choice]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const theme = link.dataset.themeChoice ?? "auto";
      document.cookie = `lz_theme=${theme}; max-age=${YEAR_S}; path=/; samesite=lax`;
      if (theme === "auto") delete root.dataset.theme;
      else root.dataset.theme = theme;
      for (const other of document.querySelectorAll("a[data-theme-choice]")) {
        if (other.getAttribute("data-theme-choice") === theme) other.setAttribute("aria-current", "true");
        else other.removeAttribute("aria-current");
      }
    });
  }

  // The address may have moved on since the page was made.
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a.switch-lang")) {
    link.addEventListener("click", () => {
      const to = new URL(location.href);
      to.searchParams.set("lang", root.lang === "en" ? "zh" : "en");
      link.href = to.pathname + to.search;
    });
  }

  // Neither does another day, or another choice on the same page, undo how a table is filtered and sorted.
  document.addEventListener("formdata", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "get" || new URL(form.action).pathname !== location.pathname) return;
    for (const [name, value] of new URLSearchParams(location.search))
      if (TABLE_PARAMETER.test(name) && !event.formData.has(name)) event.formData.append(name, value);
  });

  const day = document.querySelector<HTMLInputElement>("form.asof input[type=date]");
  day?.addEventListener("change", () => {
    if (day.value) day.form?.requestSubmit();
  });

  // On a phone the tabs are broader than the screen: the one that is open has to be seen.
  const tab = document.querySelector<HTMLElement>(".tabs a[aria-current]");
  const tabs = tab?.closest<HTMLElement>(".tabs");
  if (tab && tabs && tabs.scrollWidth > tabs.clientWidth)
    tabs.scrollLeft = tab.getBoundingClientRect().left - tabs.getBoundingClientRect().left - (tabs.clientWidth - tab.offsetWidth) / 2;

  for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-submit]"))
    select.addEventListener("change", () => select.form?.requestSubmit());

  // The back button after a part was exchanged: the page of that address is made anew.
  addEventListener("popstate", () => location.reload());
  document.addEventListener("keydown", (event) => {
    const typing = (event.target as Element).closest("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector<HTMLInputElement>("form[role=search] input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
  });
}
