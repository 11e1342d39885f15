// A photo as it leaves the phone: at most 1600 pixels, drawn anew, so that it says nothing of phone and place.

const SIDE = 1600;
const MOST_BYTES = 4 * 1024 * 1024; // what the server takes
const QUALITIES = [0.8, 0.6, 0.4];

/**
 * Draws a photo anew, small and upright.
 * @param {Blob} file as the camera gave it
 * @returns {Promise<Blob>} image/jpeg
 * @throws where the browser cannot show it
 */
export async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // what is transparent in a picture of another kind
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of QUALITIES) {
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (small && small.size <= MOST_BYTES) return small;
  }
  throw new Error("it stays too large");
}
