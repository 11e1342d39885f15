// The deeds of the record in words: what was done, and what else is said of it.
import en from "./strings.en.js";
import { state } from "./state.js";
import { known, named, t } from "./text.js";

const PREFIX = "deed.";

/** Every deed that has words, in the order of the strings. */
export const DEEDS = Object.keys(en).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));

/** What was done. */
export const deedOf = (action) => (known(PREFIX + action) ? t(PREFIX + action) : action);

const nameOf = (key) => (known(`field.${key}`) ? t(`field.${key}`) : key);

function valueOf(key, value) {
  if (value === "") return t("account.none");
  if (value === null) return key === "cameras" ? t("account.cameras.all") : t("account.none");
  if (Array.isArray(value)) return value.map((one) => valueOf("", one)).join(t("list.and")) || t("account.none");
  if (typeof value === "object") return pairsOf(value).map(([name, said]) => `${name} ${said}`).join(t("list.comma")) || t("record.all");
  if (key === "reason") return named(state.session.dismiss_reasons[value]) || named(state.session.view_reasons[value]) || String(value);
  if (key === "because" && known(`again.${value}`)) return t(`again.${value}`);
  if (key === "was" && known(`stand.${value}`)) return t(`stand.${value}`);
  if (key === "role" && known(`role.${value}`)) return t(`role.${value}`);
  if (key === "door" && known(`door.${value}`)) return t(`door.${value}`);
  if (key === "action") return deedOf(value);
  return String(value);
}

/** [name, value] of what else is said of a deed, in words. */
export const pairsOf = (detail) => Object.entries(detail).map(([key, value]) => [nameOf(key), valueOf(key, value)]);
