// What is known of the selected alert beyond the queue: whom to send, what happened here before, its history.
import { selected } from "./alerts.js";
import { mayLook } from "./reasons.js";
import { ask } from "./session.js";
import { change, state, subscribe } from "./state.js";

const AGAIN_MS = 3000;
let loading = null;
let overtaken = false; // the answer under way may be older than what has happened since it was asked for

/** Something has happened to the alert: asks again. What was known stays until then, but not whom to send. */
export function outdate(id) {
  if (loading === id) overtaken = true;
  const known = state.details.get(id);
  if (known) state.details.set(id, { ...known, suggestion: undefined, outdated: true });
}

/** Whether it is there now. */
async function load(id) {
  loading = id;
  overtaken = false;
  try {
    const { suggestion, same_place_24h: samePlace, history, reason_needed: asked, ...alert } = await ask(`alerts/${id}`);
    if (!asked && !mayLook(alert)) state.reasoned.add(id); // it was said before this page was opened
    state.details.set(id, { suggestion, samePlace, history, outdated: overtaken });
    change();
    return true;
  } catch {
    setTimeout(() => change(), AGAIN_MS); // the link banner tells; asked again
    return false;
  } finally {
    loading = null;
  }
}

/** Keeps the details of the selected alert at hand. */
export function keepDetails() {
  let refused = 0;
  subscribe(() => {
    const alert = selected();
    if (!alert || loading || state.details.get(alert.id)?.outdated === false || performance.now() - refused < AGAIN_MS) return;
    load(alert.id).then((loaded) => {
      if (loaded) change();
      else refused = performance.now();
    });
  });
}
