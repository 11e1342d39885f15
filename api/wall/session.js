// Who is at the wall, and how the page asks the server.

import { languageNow } from "./text.js";

/** The server said no, or did not answer (status 0). */
export class Refused extends Error {
  constructor(status, body) {
    super(body.detail || body.error || `HTTP ${status}`);
    this.status = status;
    this.key = body.error || (status === 0 ? "unreachable" : "failed");
    this.body = body;
  }

  /** What the server said, in the language of now: its words come as "zh / en". */
  get told() {
    const words = this.message.split(" / ");
    return words.length === 2 ? words[languageNow() === "zh" ? 0 : 1] : this.message;
  }
}

const PATIENCE_MS = 10_000; // a server that is alive answers well within it
let csrf = "";
let lost = () => {};

/** What a request that changes something must bring along. */
export const token = () => csrf;

/** Calls back when the server no longer knows us. */
export function onSessionLost(listener) {
  lost = listener;
}

/**
 * Asks the server.
 * @returns the JSON of a good answer
 * @throws {Refused}
 */
export async function ask(path, body = undefined) {
  const request = { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) };
  if (body !== undefined) {
    request.method = "POST";
    request.body = JSON.stringify(body);
    request.headers["Content-Type"] = "application/json";
    request.headers["X-CSRF-Token"] = csrf;
  }
  let response;
  let answer;
  try {
    response = await fetch(`/api/v1/${path}`, request);
    answer = await response.json().catch(() => ({}));
  } catch (error) {
    throw new Refused(0, { detail: String(error) });
  }
  if (response.ok) return answer;
  if (response.status === 401 && answer.error === "no_session") lost();
  throw new Refused(response.status, answer);
}

/** The running session, with the site as it is configured. */
export async function resume() {
  const session = await ask("session");
  csrf = session.csrf;
  return session;
}

/** Takes another configuration in: cameras that stay are drawn by their new zones; where some came or went, the page begins anew. */
export async function renew(session) {
  const now = await resume();
  const ids = (one) => one.cameras.map((camera) => camera.id).join();
  if (ids(now) !== ids(session)) {
    location.reload();
    return;
  }
  session.cameras.forEach((camera, i) => Object.assign(camera, now.cameras[i]));
  Object.assign(session, { ...now, cameras: session.cameras });
}

/** Begins a session; `newPassword` replaces a one-time password. */
export async function login(name, password, newPassword = undefined) {
  const answer = await ask("login", { name, password, ...(newPassword ? { new_password: newPassword } : {}) });
  csrf = answer.csrf;
}

/** Ends the session. */
export const logout = () => ask("logout", {});
