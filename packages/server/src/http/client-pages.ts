// The built client: its files, and the one page behind all addresses that people visit.
import { join, sep } from 'node:path'
import express, { type Request, type RequestHandler } from 'express'

const FOREVER = 'public, max-age=31536000, immutable'
const NOT_BUILT = `The page of Roomcast has not been built yet. Run

    pnpm build

in the project's directory, or "pnpm start", which builds it and starts the server.
`

/**
 * Serves the files in `directory`. File names in `assets/` contain a hash of the content, so browsers may cache them
 * for good; all other files are revalidated each time.
 */
export function clientFiles(directory: string): RequestHandler {
  const assets = join(directory, 'assets') + sep
  return express.static(directory, {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders(response, path) {
      response.setHeader('Cache-Control', path.startsWith(assets) ? FOREVER : 'no-cache')
    },
  })
}

/** Answers every request for a page with the client's one page, which interprets the address by itself. */
export function clientPage(directory: string): RequestHandler {
  return (request, response, next) => {
    if (!asksForPage(request)) {
      next()
      return
    }
    response.set('Cache-Control', 'no-cache')
    response.sendFile('index.html', { root: directory, cacheControl: false }, (error) => {
      if (!error) return
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') next(error)
      else response.status(503).type('text/plain').send(NOT_BUILT)
    })
  }
}

function asksForPage({ method, path, headers }: Request): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  // A missing script must stay missing, whatever the browser accepts.
  if (path.startsWith('/assets/')) return false
  return path === '/' || (headers.accept ?? '').includes('text/html')
}
