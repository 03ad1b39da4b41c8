// Pictures of the page: making them small, and telling how far one is from another. The browser does the work.

/** Side of a region, in pixels of the picture, and how much smaller pictures are when they are compared. */
const REGION = 80
const SMALLER = 8
/** The largest mean difference of a region's pixels, of 255, that is no change. Text that changes stays below, a missing panel does not. */
export const TOLERANCE = 14

/** A PNG as WebP. @param {Buffer} png @returns {Promise<Buffer>} */
export async function webp(page, png, quality = 0.66) {
  const coded = await page.evaluate(async ({ png, quality }) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    canvas.getContext('2d').drawImage(bitmap, 0, 0)
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality })
    return new Promise((done) => {
      const reader = new FileReader()
      reader.onload = () => done(reader.result.split(',')[1])
      reader.readAsDataURL(blob)
    })
  }, { png: png.toString('base64'), quality })
  return Buffer.from(coded, 'base64')
}

/**
 * The regions in which two pictures differ, worst first. Masked boxes are left out.
 * @param {Buffer} before WebP @param {Buffer} now PNG @param {{ x: number, y: number, width: number, height: number }[]} masks
 * @returns {Promise<{ x: number, y: number, by: number }[]>}
 */
export async function differences(page, before, now, masks = []) {
  return page.evaluate(async ({ pictures, masks, region, smaller, tolerance }) => {
    const drawn = await Promise.all(pictures.map(async ({ type, data }) => createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type: `image/${type}` }))))
    const [a, b] = drawn
    if (a.width !== b.width || a.height !== b.height) return [{ x: 0, y: 0, by: 255 }]
    const [width, height] = [Math.ceil(a.width / smaller), Math.ceil(a.height / smaller)]
    const [left, right] = drawn.map((bitmap) => {
      const canvas = new OffscreenCanvas(a.width, a.height)
      const context = canvas.getContext('2d', { willReadFrequently: true })
      context.drawImage(bitmap, 0, 0)
      for (const m of masks) context.clearRect(m.x, m.y, m.width, m.height)
      const small = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
      small.imageSmoothingQuality = 'high'
      small.drawImage(canvas, 0, 0, width, height)
      return small.getImageData(0, 0, width, height).data
    })
    const found = []
    const cells = region / smaller
    for (let y = 0; y < height; y += cells) for (let x = 0; x < width; x += cells) {
      let sum = 0
      let n = 0
      for (let v = y; v < Math.min(height, y + cells); v++) for (let u = x; u < Math.min(width, x + cells); u++) for (let c = 0; c < 3; c++, n++) {
        sum += Math.abs(left[4 * (v * width + u) + c] - right[4 * (v * width + u) + c])
      }
      if (sum / n > tolerance) found.push({ x: x * smaller, y: y * smaller, by: Math.round(sum / n) })
    }
    return found.sort((p, q) => q.by - p.by)
  }, {
    pictures: [{ type: 'webp', data: before.toString('base64') }, { type: 'png', data: now.toString('base64') }],
    masks, region: REGION, smaller: SMALLER, tolerance: TOLERANCE,
  })
}
