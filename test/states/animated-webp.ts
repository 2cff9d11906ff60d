// Combines still WebP pictures into an animation. RFC 9649 describes the container; no picture is re-encoded.

export interface Frame {
  /** A still WebP picture; all pictures of a film have the same size. */
  readonly picture: Buffer
  /** How long it is shown, ms. */
  readonly ms: number
}

const RIFF_HEADER = 12
const ANIMATION_FLAG = 0x02

/** A film that repeats forever. @throws if a frame is no WebP picture */
export function animatedWebp(
  frames: readonly Frame[],
  { width, height }: { readonly width: number; readonly height: number },
): Buffer {
  const canvas = Buffer.alloc(10)
  canvas.writeUInt8(ANIMATION_FLAG, 0)
  canvas.writeUIntLE(width - 1, 4, 3)
  canvas.writeUIntLE(height - 1, 7, 3)
  // The background colour, then the number of repetitions; 0 means forever.
  const animation = Buffer.alloc(6)
  const shown = frames.map(({ picture, ms }) => {
    const place = Buffer.alloc(16)
    place.writeUIntLE(width - 1, 6, 3)
    place.writeUIntLE(height - 1, 9, 3)
    place.writeUIntLE(ms, 12, 3)
    return chunk('ANMF', Buffer.concat([place, bitstream(picture)]))
  })
  const body = [chunk('VP8X', canvas), chunk('ANIM', animation), ...shown]
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...body]))
}

function chunk(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.write(name)
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content, Buffer.alloc(content.length % 2)])
}

/** The chunk of a still picture that holds its pixels. */
function bitstream(picture: Buffer): Buffer {
  for (let at = RIFF_HEADER; at + 8 <= picture.length;) {
    const length = picture.readUInt32LE(at + 4)
    const next = at + 8 + length + (length % 2)
    if (/^VP8[ L]$/.test(picture.toString('latin1', at, at + 4))) return picture.subarray(at, next)
    at = next
  }
  throw new Error('this is no WebP picture')
}
