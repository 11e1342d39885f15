// How grave: a shape, a colour and a number, so that none of them has to be enough alone.
import { svg } from "./element.js";
import { t } from "./text.js";

const SHAPES = {
  1: "M16 2.5 30.5 29h-29z", // triangle
  2: "M16 1 31 16 16 31 1 16z", // diamond
  3: "M16 2a14 14 0 1 1 0 28 14 14 0 0 1 0-28z", // circle
  4: "M3.5 3.5h25v25h-25z", // square
};

/** The mark of a level, with its number in it. */
export function levelMark(level) {
  return svg(
    `svg.mark.l${level}`,
    { viewBox: "0 0 32 32", role: "img", "aria-label": t("level.name", { level }) },
    svg("path", { d: SHAPES[level] }),
    svg("text", { x: 16, y: level === 1 ? 25.5 : 22, "text-anchor": "middle" }, String(level)),
  );
}

/** The bare shape, for the map. */
export const shape = (level) => SHAPES[level];
