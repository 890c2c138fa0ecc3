# Build: the compiler tools stay in this stage. better-sqlite3 is compiled here where its prebuilt binary cannot be had.
FROM node:24-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npx tsc -p tsconfig.build.json && npm prune --omit=dev

FROM node:24-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /etc/pq-butler /var/lib/pq-butler \
 && chown node:node /var/lib/pq-butler
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY config ./config
USER node
# The configuration is mounted at /etc/pq-butler; its data_dir should be /var/lib/pq-butler, its web.host 0.0.0.0.
VOLUME ["/var/lib/pq-butler"]
# The health check asks the status page: with another web.port, or web.enabled: false, change it too.
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# tini reaps what is left behind and passes signals on; the daemon ends by itself within 10 s of SIGTERM.
ENTRYPOINT ["/usr/bin/tini", "--", "node", "dist/main.js"]
CMD ["run", "--config", "/etc/pq-butler/pq-butler.yaml"]
