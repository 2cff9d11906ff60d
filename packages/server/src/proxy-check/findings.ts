// The possible problems between browsers and the nodes, in plain words, with advice.

/** `sentence` names the problem, `advice` the remedy. Both are the same for every address. */
const words = {
  unreachable: {
    sentence: 'Nothing answers at this address.',
    advice:
      'Start the proxy, or correct the address. If only this machine cannot reach it, check from another one.',
  },
  certificate: {
    sentence: 'The certificate of this address is not trusted here.',
    advice:
      'Have it renewed or complete its chain; for an authority of your own, name its file in NODE_EXTRA_CA_CERTS.',
  },
  'timed-out': {
    sentence: 'The answer did not come, or not whole, in time.',
    advice:
      'Look whether the nodes answer by themselves (/readyz), and then at the log of the proxy.',
  },
  'no-node': {
    sentence: 'The proxy answers, but reaches no node.',
    advice:
      'Start the nodes, and compare their addresses with those in the configuration of the proxy.',
  },
  redirected: {
    sentence: 'This address sends people on to another one.',
    advice:
      'Use that one, as PUBLIC_URL too: only pages are sent on, neither messages nor live text.',
  },
  'not-roomcast': {
    sentence: 'What answers at this address is not Roomcast, or an older version of it.',
    advice: 'Have the proxy pass all addresses on to the nodes, unchanged.',
  },
  kept: {
    sentence: 'Something on the way answers with what it has kept from an earlier question.',
    advice: 'Switch caching off for /api/; only /assets/ may be kept.',
  },
  busy: {
    sentence: 'The server was asked too often to be checked.',
    advice: 'Try again in a minute.',
  },
  'broken-off': {
    sentence: 'The event stream was broken off before its end.',
    advice: 'Look at the log of the proxy, and for limits on how long an answer may take.',
  },
  buffered: {
    sentence:
      'Something on the way buffers responses: text that is written bit by bit arrives all at once.',
    advice:
      'With nginx, for /api/rooms/…/events: proxy_http_version 1.1, proxy_buffering off, gzip off, and X-Accel-Buffering not ignored (as in deploy/nginx.conf); elsewhere switch off buffering, compression and caching of text/event-stream.',
  },
  'origin-refused': {
    sentence:
      'The server takes pages of this address for foreign ones, and refuses their connections.',
    advice:
      'Set PUBLIC_URL to this address, or have the proxy pass the Host header on with its port (nginx: proxy_set_header Host $http_host).',
  },
  'not-upgraded': {
    sentence: 'Connections to /socket.io/ are not upgraded to WebSocket; nobody can be live.',
    advice:
      'With nginx: proxy_http_version 1.1, and the headers Upgrade and Connection passed on (as in deploy/nginx.conf); elsewhere allow WebSocket.',
  },
} as const

export type FindingCode = keyof typeof words

/** A problem found. */
export interface Finding {
  readonly code: FindingCode
  /** The observation, with addresses and figures; for people, not for logs. */
  readonly seen: string
}

export function finding(code: FindingCode, seen: string): Finding {
  return { code, seen }
}

/** The problem and its remedy in words: the same for every address. */
export function wordsFor(code: FindingCode): {
  readonly sentence: string
  readonly advice: string
} {
  return words[code]
}

const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/

/** The finding for a request that failed without a response. */
export function findingOf(error: unknown, host: string): Finding {
  const reason = reasonOf(error)
  if (CERTIFICATE.test(reason)) return finding('certificate', `${host}: ${reason}`)
  return finding('unreachable', `${host}: ${reason}`)
}

/** The innermost code of an error, such as ECONNREFUSED. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  const { cause, code } = error as Error & { code?: unknown }
  if (cause instanceof Error) return reasonOf(cause)
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return typeof code === 'string' ? code : error.message
}
