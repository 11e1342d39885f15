// What is known of the selected alert beyond the queue: whom to send, what happened here before, its history.
import { selected } from "./alerts.js";
import { mayLook } from "./reasons.js";
import { ask } from "./session.js";
import { change, state, subscribe } from "./state.js";

const AGAIN_MS = 3000;
let loading = null;

async function load(id) {
  loading = id;
  try {
    const { suggestion, same_place_24h: samePlace, history, reason_needed: asked, ...alert } = await ask(`alerts/${id}`);
    if (!asked && !mayLook(alert)) state.reasoned.add(id); // it was said before this page was opened
    state.details.set(id, { suggestion, samePlace, history });
    change();
  } catch {
    setTimeout(() => change(), AGAIN_MS); // the link banner tells; asked again
  } finally {
    loading = null;
  }
}

/** Keeps the details of the selected alert at hand. */
export function keepDetails() {
  let refused = 0;
  subscribe(() => {
    const alert = selected();
    if (!alert || loading || state.details.has(alert.id) || performance.now() - refused < AGAIN_MS) return;
    load(alert.id).then(() => {
      if (!state.details.has(alert.id)) refused = performance.now();
      else change();
    });
  });
}
