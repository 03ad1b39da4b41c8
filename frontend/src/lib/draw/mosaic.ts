/** Cells across, from the first look at a photo to the last before the photo itself. */
export const MOSAIC_STEPS = [7, 14, 28] as const

/** How many cells a mosaic has, so that they are nearly square. Width and height of the photo in any unit. */
export function cellsFor(across: number, width: number, height: number): { columns: number; rows: number } {
  const ratio = width > 0 && height > 0 ? width / height : 1.5
  // A tall photo gets as many cells down as a wide one gets across.
  if (ratio >= 1) return { columns: across, rows: Math.max(2, Math.round(across / ratio)) }
  return { columns: Math.max(2, Math.round(across * ratio)), rows: across }
}

/** Which step a photo is at after so long (ms), or null once it is shown as it is. */
export function stepAt(elapsed: number, stepTime: number): (typeof MOSAIC_STEPS)[number] | null {
  return MOSAIC_STEPS[Math.max(0, Math.floor(elapsed / stepTime))] ?? null
}

/** Draws a picture as cells of its own colours; each pixel of the canvas is a cell. Show it with image-rendering: pixelated. */
export function drawMosaic(canvas: HTMLCanvasElement, image: HTMLImageElement, across: number) {
  const { columns, rows } = cellsFor(across, image.naturalWidth, image.naturalHeight)
  canvas.width = columns
  canvas.height = rows
  const g = canvas.getContext('2d')
  // In two steps: browsers take few samples of a large picture, and a cell should be the mean of all that it covers.
  const half = document.createElement('canvas')
  half.width = columns * 8
  half.height = rows * 8
  const h = half.getContext('2d')
  if (!g || !h) return
  h.imageSmoothingQuality = 'high'
  h.drawImage(image, 0, 0, half.width, half.height)
  g.imageSmoothingQuality = 'high'
  g.drawImage(half, 0, 0, columns, rows)
}
