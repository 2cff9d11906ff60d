// Loaded into a node before all else (`--import`): its wall clock is SHIFT_MS away from that of everybody else.
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
