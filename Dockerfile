# One node, with its data in a volume: docker run --init -v roomcast:/data -p 127.0.0.1:3000:3000 --stop-timeout 130 …
# The workspace keeps its layout: Node strips types in linked packages, but not in files below node_modules.
FROM node:24-bookworm-slim AS workspace
WORKDIR /app
# The installation depends only on these files, so a change in the program does not repeat it.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/client/package.json packages/client/
COPY packages/server/package.json packages/server/
COPY packages/shared/package.json packages/shared/
COPY packages/simulator/package.json packages/simulator/
COPY test/package.json test/

FROM workspace AS page
RUN npx -y pnpm@12 install --frozen-lockfile --filter roomcast --filter @roomcast/client...
COPY tsconfig.base.json ./
COPY packages packages
RUN node_modules/.bin/vite build packages/client --logLevel warn

FROM workspace
RUN npx -y pnpm@12 install --frozen-lockfile --prod --filter @roomcast/server... \
  && rm -rf /root/.npm /root/.cache /root/.local \
  && mkdir /data && chown node:node /data
COPY packages/shared packages/shared
COPY packages/simulator packages/simulator
COPY packages/server packages/server
COPY --from=page /app/packages/client/dist packages/client/dist
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
USER node
EXPOSE 3000
# Not /readyz: unavailable storage would restart the node, and a restart does not fix storage.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "packages/server/src/main.ts"]
