// Loaded into a node before everything else (`--import`): shifts its wall clock by SHIFT_MS.
const shift = Number(process.env['SHIFT_MS'])
const RealDate = Date

function shiftedDate(): DateConstructor {
  const now = () => RealDate.now() + shift
  return new Proxy(RealDate, {
    construct: (target, parts: [] | [number]) =>
      parts.length === 0 ? new target(now()) : new target(parts[0]),
    get: (target, name) =>
      name === 'now' ? now : (Reflect.get(target, name) as DateConstructor['parse']),
  })
}

globalThis.Date = shiftedDate()
