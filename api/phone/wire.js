// How the page asks over a weak link: patiently for photos, cheaply for what has not changed.
import { heard } from "./clock.js";
import { Refused, token } from "./session.js";

const PATIENCE_MS = 10_000;
const PHOTO_MS = 120_000; // half a megabyte at the edge of a village

/**
 * Asks the server.
 * @param {object} given method, tag (of what we have: answered null where it is the same), json or photo (a Blob)
 * @returns {Promise<{answer: object|null, tag: string}>}
 * @throws {Refused} status 0 where nobody answered
 */
export async function request(path, { method = "GET", tag, json, photo } = {}) {
  const headers = { Accept: "application/json" };
  if (tag) headers["If-None-Match"] = tag;
  if (method !== "GET") headers["X-CSRF-Token"] = token();
  if (json) headers["Content-Type"] = "application/json";
  if (photo) headers["Content-Type"] = "image/jpeg";
  let response;
  let answer;
  try {
    const signal = AbortSignal.timeout(photo ? PHOTO_MS : PATIENCE_MS);
    response = await fetch(`/api/v1/${path}`, { method, headers, signal, body: photo ?? (json && JSON.stringify(json)), cache: "no-store" });
    answer = response.status === 304 ? null : await response.json();
  } catch (error) {
    throw new Refused(0, { detail: String(error) });
  }
  const date = Date.parse(response.headers.get("date"));
  if (date) heard(new Date(date).toISOString());
  if (response.ok || response.status === 304) return { answer, tag: response.headers.get("etag") };
  throw new Refused(response.status, answer ?? {});
}
