# The workspace keeps its layout: Node strips types of linked packages, not of files copied below node_modules.
FROM node:24-bookworm-slim
WORKDIR /app
COPY . .
RUN npx -y pnpm@12 install --frozen-lockfile && npx -y pnpm@12 build \
  && mkdir /data && chown node:node /data
USER node
CMD ["node", "packages/server/src/main.ts"]
