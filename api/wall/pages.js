// The pages beside the wall, and which of them somebody may open.

const PAGES = [
  { key: "wall", href: "./", right: "watch" },
  { key: "liaison", href: "liaison.html", right: "liaise" },
  { key: "record", href: "record.html", right: "record" },
  { key: "rehearsals", href: "rehearsals.html", right: "configure" },
  { key: "users", href: "users.html", right: "accounts" },
  { key: "profile", href: "profile.html", right: null },
];

const allows = (page, user) => page.right === null || user.rights.includes(page.right);

/** The pages that somebody may open, the one where their work is first. */
export const pagesOf = (user) => PAGES.filter((page) => allows(page, user));

/** Whether somebody may open the page of that key. */
export const mayOpen = (key, user) => pagesOf(user).some((page) => page.key === key);

/** Goes where somebody's role belongs. */
export const goHome = (user) => location.replace(pagesOf(user)[0].href);
