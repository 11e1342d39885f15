// Calls the officer: a sound and a shake, once the browser allows them.
import { change } from "./duty.js";

const TONES = [880, 660, 880, 660]; // Hz
const TONE_S = 0.22;
let context = null;

/** Whether a sound can be heard. */
export const audible = () => context?.state === "running";

/** A touch allows it, once it ends: browsers take none for meant before. */
export function listenForTouch() {
  addEventListener("pointerup", allow, { capture: true });
}

async function allow() {
  try {
    context ??= new AudioContext();
    if (context.state !== "running") await context.resume();
  } catch {
    // this browser has no sound; it still shakes and shows
  }
  change();
}

/** Rings and shakes. */
export function ring() {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300, 150, 600]);
  if (!audible()) return;
  TONES.forEach((tone, i) => {
    const at = context.currentTime + i * TONE_S;
    const voice = context.createOscillator();
    const loud = context.createGain();
    voice.type = "square";
    voice.frequency.value = tone;
    loud.gain.setValueAtTime(0.3, at);
    loud.gain.exponentialRampToValueAtTime(0.01, at + TONE_S);
    voice.connect(loud).connect(context.destination);
    voice.start(at);
    voice.stop(at + TONE_S);
  });
}
