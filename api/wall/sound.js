// A sound for each level, made here; the gravest repeats until somebody acknowledges.
import { change, onTick, state } from "./state.js";

const REPEAT_MS = 2500;
const MUTE_MS = 60_000;
const QUIET = 0.0001; // an exponential ramp cannot reach 0

// [seconds from the start, hertz, seconds long, loudness, wave]
const SOUNDS = {
  1: [0, 0.18, 0.36, 0.54].map((at, i) => [at, i % 2 ? 988 : 1319, 0.15, 0.5, "square"]),
  2: [
    [0, 880, 0.18, 0.4, "triangle"],
    [0.22, 659, 0.28, 0.4, "triangle"],
  ],
  3: [[0, 698, 0.3, 0.32, "triangle"]],
  4: [[0, 523, 0.16, 0.2, "sine"]],
};

let context = null;
let repeatedAt = 0;

function allow() {
  context ??= new AudioContext();
  if (context.state !== "running") context.resume().catch(() => {}); // not by a gesture: the banner stays
  told();
}

function told() {
  const allowed = context?.state === "running";
  if (allowed !== state.soundAllowed) change({ soundAllowed: allowed });
}

/**
 * Waits for the first gesture, and repeats the gravest level while it is not acknowledged. The gesture is a whole click:
 * the banner goes with it, and would move what is below from under a button of the mouse that is still held.
 */
export function listen() {
  context = new AudioContext();
  context.addEventListener("statechange", told);
  told();
  for (const gesture of ["click", "keydown"]) document.addEventListener(gesture, allow, { capture: true });
  onTick(() => {
    const waiting = [...state.alerts.values()].some((alert) => alert.level === 1 && alert.state === "RAISED");
    if (waiting && performance.now() - repeatedAt > REPEAT_MS) ring(1);
  });
}

/** Seconds for which sounds are still muted. */
export const mutedFor = () => Math.max(0, (state.mutedUntil - performance.now()) / 1000);

/** Mutes for a minute, or lifts that. */
export function mute() {
  change({ mutedUntil: mutedFor() > 0 ? 0 : performance.now() + MUTE_MS });
}

/** Sounds a level, unless it may be muted and is. */
export function ring(level) {
  if (level === 1) repeatedAt = performance.now();
  if (context?.state !== "running" || (level !== 1 && mutedFor() > 0)) return;
  for (const [at, hertz, length, loudness, wave] of SOUNDS[level] ?? SOUNDS[4]) {
    const start = context.currentTime + 0.02 + at;
    const tone = new OscillatorNode(context, { frequency: hertz, type: wave });
    const gain = new GainNode(context, { gain: QUIET });
    gain.gain.setValueAtTime(QUIET, start);
    gain.gain.exponentialRampToValueAtTime(loudness, start + 0.012);
    gain.gain.exponentialRampToValueAtTime(QUIET, start + length);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + length + 0.02);
  }
}
