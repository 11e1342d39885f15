// Whether the record's chain is whole, when that was found, and the head that one may write down.
import { dayOf, timeOfDay } from "./clock.js";
import { el, say, show } from "./element.js";
import { ask } from "./session.js";
import { onLanguage, t } from "./text.js";

const AGAIN_MS = 1000;

/** What is known of the chain. */
export function makeChain() {
  const told = el("span", { role: "status", testid: "chain-told" });
  const head = el("code", { testid: "chain-head" });
  const anew = el("button.quiet", { type: "button", text: "chain.anew", testid: "chain-anew", on: { click: () => look("record/chain/check", {}) } });
  const root = el("section.chain", { label: "chain.label", testid: "chain" }, told, head, anew);
  let found = { at: null, checking: true };

  async function look(path, body) {
    try {
      found = await ask(path, body);
    } catch {
      found = { at: null, checking: false };
    }
    render();
    if (found.checking) setTimeout(() => look("record/chain"), AGAIN_MS);
  }

  function words() {
    if (found.at === null) return t(found.checking ? "chain.checking" : "chain.unknown");
    const values = { day: dayOf(Date.parse(found.at)), at: timeOfDay(found.at), n: found.rows, reason: found.reason };
    return t(found.whole ? "chain.whole" : "chain.broken", values);
  }

  function render() {
    root.dataset.kind = found.at === null ? "unknown" : found.whole ? "good" : "bad";
    say(told, words());
    say(head, found.at === null ? "" : t("chain.head", { hash: found.head }));
    show(head, found.at !== null);
    anew.disabled = found.checking;
  }

  onLanguage(render);
  look("record/chain");
  return root;
}
