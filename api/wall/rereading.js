// What the server is asked for again and again: one answer after the other, and whoever asks meanwhile is served by the next.

/**
 * @param {function(): Promise} read asks, and takes the answer over
 * @returns {{now: function(): Promise, soon: function(number=): Promise}} `now` reads after what is under way and tells
 *   of its failure; `soon` reads in so many ms, and calls before it begins become one; nobody hears of its failure
 */
export function rereading(read) {
  let planned = null;
  let underway = Promise.resolve(); // an older answer must not come last

  function now() {
    const next = underway.then(read);
    underway = next.catch(() => {});
    return next;
  }

  function soon(ms = 0) {
    planned ??= new Promise((done) => setTimeout(done, ms))
      .then(() => underway)
      .then(() => {
        planned = null; // what is wanted, or happens, from here on may be missing in the answer
        return now();
      })
      .catch(() => {}); // the link banner tells; the next event, minute or reconnection reads again
    return planned;
  }

  return { now, soon };
}
