// Who is signed in, where they may go, and the way out: for the head of the wall and of the pages.
import { el, say } from "./element.js";
import { pagesOf } from "./pages.js";
import { logout } from "./session.js";
import { known, onLanguage, switchLanguage, t } from "./text.js";

/** The name of a role. */
export const roleName = (role) => (known(`role.${role}`) ? t(`role.${role}`) : role);

/** Links to the other pages that somebody may open; `here` is the key of the one that is shown. */
export function makeNavigation(user, here) {
  const links = pagesOf(user)
    .filter((page) => page.key !== here && page.key !== "profile") // one's name leads to that one
    .map((page) => el("a", { href: page.href, text: `page.${page.key}`, testid: `to-${page.key}` }));
  return el("nav", { label: "page.all", testid: "navigation" }, ...links);
}

/** Who is signed in: a link to their own page. */
export function makeWho(user, here) {
  const who = el("a.who", { href: "profile.html", testid: "operator", "aria-current": here === "profile" && "page" });
  const render = () => say(who, `${roleName(user.role)} ${user.name}`);
  onLanguage(render);
  render();
  return who;
}

/** The button that changes the language. */
export const makeTongue = () => el("button.quiet", { type: "button", testid: "language", text: "head.language", on: { click: switchLanguage } });

/** The button that ends the session; it leads to the login of this page. */
export const makeLeave = () =>
  el("button.quiet", { type: "button", testid: "logout", text: "head.logout", on: { click: () => logout().finally(() => location.reload()) } });
