// Follows a run by the events that the server sends, and opens the page anew once it has ended.

type Step = { done: number; of: number; says: string };

/** Moves the bar of a run while it is under way. */
export function followRun(far: HTMLElement): void {
  const bar = far.querySelector("progress");
  const says = far.querySelector("[data-says]");
  const address = far.dataset.events;
  if (!bar || !says || !address) return;
  const events = new EventSource(address);
  const show = (event: MessageEvent<string>) => {
    const { done, of, says: words } = JSON.parse(event.data) as Step;
    if (of > 0) {
      bar.max = of;
      bar.value = done;
    }
    says.textContent = words;
  };
  events.addEventListener("step", show);
  events.addEventListener("ended", (event) => {
    show(event);
    events.close();
    location.reload();
  });
  // The browser asks again by itself, unless it was given no events.
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) return;
    says.setAttribute("role", "status");
    says.textContent = far.dataset.lost ?? "";
  });
  addEventListener("pagehide", () => events.close());
}
