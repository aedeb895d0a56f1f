/**
 * Secrets of known formats, made when a test runs: no file of the repository holds one, so that scanners of it stay silent.
 * All are made up.
 */

/** Characters that look random and are the same in each run. */
function made(length: number, alphabet: string, seed = 7): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return alphabet[Math.floor((state / 2147483648) * alphabet.length)];
  }).join('');
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const letters = `${lower}${lower.toUpperCase()}0123456789`;
const hex = '0123456789abcdef';
const capitals = `${lower.toUpperCase()}234567`;
const word = (length: number) => made(length, letters);
const inHex = (length: number) => made(length, hex);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** The password of samples in which it stands behind a name or in an address. */
export const samplePassword = ['hun', 'ter2', '-Zq'].join('');

/** One line of a private key each. */
const keyBody = [word(64), word(64), made(40, `${letters}+/`)];

/** A private key in PEM. @param kind `RSA `, `EC `, `OPENSSH `, `ENCRYPTED `, or nothing. */
export function samplePem(kind = ''): string {
  const name = `${kind}PRIVATE ${'KEY'}`;
  return [`-----BEGIN ${name}-----`, ...keyBody, `-----END ${name}-----`].join('\n');
}

/** Parts of a private key that no text may show. */
export const samplePemParts: readonly string[] = keyBody;

/** Tokens that say by themselves what they are, by their issuer. */
export const sampleTokens: Readonly<Record<string, string>> = {
  GitHub: `ghp_${word(36)}`,
  'GitHub fine-grained': `github_pat_${word(22)}_${word(59)}`,
  'GitHub app': `ghs_${word(36)}`,
  GitLab: `glpat-${word(20)}`,
  'GitLab trigger': `glptt-${inHex(40)}`,
  npm: `npm_${word(36)}`,
  PyPI: `pypi-AgEIcHlwaS5vcmc${word(60)}`,
  RubyGems: `rubygems_${inHex(48)}`,
  Slack: `xoxb-${made(12, '123456789')}-${made(12, '123456789')}-${word(24)}`,
  'Slack app': `xapp-1-A${word(10)}-${made(12, '123456789')}-${inHex(40)}`,
  'Slack webhook': `https://hooks.slack.com/services/T${made(8, capitals)}/B${made(8, capitals)}/${word(24)}`,
  'Discord webhook': `https://discord.com/api/webhooks/${made(18, '123456789')}/${word(60)}`,
  Stripe: `sk_live_${word(24)}`,
  'Stripe restricted': `rk_test_${word(40)}`,
  'Stripe webhook': `whsec_${word(32)}`,
  OpenAI: `sk-proj-${word(58)}T3BlbkFJ${word(58)}`,
  'OpenAI of before': `sk-${word(20)}T3BlbkFJ${word(20)}`,
  Anthropic: `sk-ant-api03-${word(93)}AA`,
  'Hugging Face': `hf_${word(34)}`,
  Google: `AIza${word(35)}`,
  'Google OAuth': `GOCSPX-${word(28)}`,
  SendGrid: `SG.${word(22)}.${word(43)}`,
  'AWS access key': `AKIA${made(16, capitals)}`,
  'AWS temporary key': `ASIA${made(16, capitals)}`,
  'Azure client': `${word(3)}8Q~${word(34)}`,
  'Azure storage key': `${word(86)}==`,
  'Azure DevOps': `${word(76)}AZDO${word(4)}`,
  'JSON web token': `${base64url(`{"alg":"HS256","typ":"JWT"}`)}.${base64url(`{"sub":"${word(12)}"}`)}.${word(43)}`,
  age: `AGE-SECRET-KEY-1${made(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`,
  Vault: `hvs.${word(95)}`,
  'Terraform Cloud': `${word(14)}.atlasv1.${word(65)}`,
  Pulumi: `pul-${inHex(40)}`,
  Docker: `dckr_pat_${word(27)}`,
  OpenShift: `sha256~${word(43)}`,
  Grafana: `glsa_${word(32)}_${inHex(8)}`,
  Sentry: `sntryu_${inHex(64)}`,
  'New Relic': `NRAK-${made(27, capitals)}`,
  Databricks: `dapi${inHex(32)}`,
  DigitalOcean: `dop_v1_${inHex(64)}`,
  Doppler: `dp.pt.${word(43)}`,
  Atlassian: `ATATT3${word(60)}=${inHex(8)}`,
  Linear: `lin_api_${word(40)}`,
  Postman: `PMAK-${inHex(24)}-${inHex(34)}`,
  Shopify: `shpat_${inHex(32)}`,
  Square: `sq0atp-${word(22)}`,
  Twilio: `SK${inHex(32)}`,
  Telegram: `${made(9, '123456789')}:AA${word(33)}`,
  Mailchimp: `${inHex(32)}-us12`,
  Brevo: `xkeysib-${inHex(64)}-${word(16)}`,
  PlanetScale: `pscale_tkn_${word(43)}`,
  'Fly.io': `fo1_${word(43)}`,
  'docker settings in base64': base64(`{"auths":{"r.example":{"auth":"${base64(`me:${samplePassword}`)}"}}}`),
};

const password = samplePassword;

/** Texts that hold `samplePassword`, each in a form of its own, and what is around it. */
export const samplesWithPassword: Readonly<Record<string, string>> = {
  address: `connect: postgres://orders:${password}@db:5432/orders failed`,
  'address with an @ in it': `postgres://orders:${'p@'}${password}@db/orders`,
  'address with a slash in it': `amqp://orders:a/${password}@mq/x`,
  'address without a user': `redis://:${password}@cache:6379/0`,
  'address of the web': `fatal: unable to access 'https://me:${password}@git.example/x.git/'`,
  'user of a web address': `fatal: https://${password}@git.example/x.git`,
  'address in JSON': `{"msg":"failed","url":"mongodb+srv:\\/\\/me:${password}@db"}`,
  'encoded address': `dsn=postgres%3A%2F%2Fme%3A${password}%40db`,
  'several addresses': `amqp://u:${password}@h1:5672,amqp://u:${password}@h2:5672`,
  'address that was cut': `postgres://orders:${password}`,
  "address of Go's MySQL": `me:${password}@tcp(db:3306)/orders`,
  'address of Oracle': `jdbc:oracle:thin:me/${password}@//db:1521/x`,
  variable: `DB_PASSWORD=${password}`,
  'variable in a line': `env: PATH=/bin DB_PASSWORD=${password} HOME=/root`,
  'variable with blanks': `export DB_PASSWORD=correct ${password} staple`,
  'variable of a key': `STRIPE_KEY=${password}`,
  logfmt: `level=error token=${password} user=ada`,
  'line of YAML': `  password: ${password}`,
  'quoted line of YAML': `  password: "a ${password} b"`,
  JSON: `{"level":"error","password":"${password}","user":"ada"}`,
  'JSON in JSON': JSON.stringify({ x: JSON.stringify({ password, a: 1 }) }),
  'pretty JSON': `  "clientSecret": "${password}",`,
  object: `{ user: 'ada', apiKey: '${password}' }`,
  'connection string': `Server=db;User Id=me;Password=a ${password};Port=1`,
  'connection string of libpq': `host=db user=me password=${password} dbname=x`,
  'key of a storage account': `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${password}==;EndpointSuffix=y`,
  'service bus': `Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=${password}=`,
  'shared access signature': `https://x.blob.core.windows.net/a?sv=2024&sig=${password}%2Babc%3D&se=1`,
  query: `GET /x?a=1&access_token=${password}&b=2`,
  header: `authorization: Basic ${base64(`me:${password}`)}`,
  'header of a bearer': `> Authorization: Bearer ${password}`,
  bearer: `sent Bearer ${password}${word(10)} to it`,
  'header in a command': `curl -H "Authorization: Token ${password}" https://x`,
  'header of a key': `x-api-key: ${password}`,
  cookie: `Set-Cookie: session=${password}; HttpOnly`,
  flag: `mysql --password ${password} -h db`,
  'flag with a sign': `tool --api-token=${password} run`,
  'list of arguments': `["--password","${password}","--x"]`,
  'login of docker': `docker login -u me -p ${password} r.example`,
  'user of curl': `curl -u me:${password} https://x`,
  npmrc: `//r.example/:_authToken=${password}`,
  netrc: `machine x login me password ${password}`,
  SQL: `ERROR in: CREATE USER x WITH PASSWORD '${password}'`,
  XML: `<db><password>${password}</password></db>`,
  'attribute of XML': `<add key="Password" value="${password}" />`,
  'pair of JSON': `{"name":"DB_PASSWORD","value":"${password}"}`,
  'pair of YAML': `- name: DB_PASSWORD\n  value: ${password}\n- name: X`,
  'block of YAML': `password: |\n  ${password}\nother: 1`,
  'next line of JSON': `{\n  "password":\n    "${password}",\n  "x": 1\n}`,
  base64: `data: ${base64(`postgres://me:${password}@db/x`)}`,
};

const digest = inHex(64);

/** Texts that hold no secret, though they look a little like it: they are what people need to read. */
export const harmlessTexts: readonly string[] = [
  `127.0.0.1:5000/shop/orders:20261124-1@sha256:${digest}`,
  `docker://localhost:5000/orders:20261124-1@sha256:${digest}`,
  `pulled sha256:${digest} in 3.2 s`,
  `Content-Hash: ${digest}`,
  `commit ${inHex(40)} of orders 20261124-1`,
  `sha512-${word(86)}==`,
  `pod orders-7d4b9c6f5d-x2x4z (uid 0b7d1c2e-3f4a-4b5c-8d6e-7f8091a2b3c4) is ready`,
  'secret "orders-database" not found',
  'MountVolume.SetUp failed for volume "keys" : secret "absent" not found',
  'references a missing ConfigMap, Secret or key (container orders): secret "late" not found',
  "couldn't find key password in Secret shop/orders-database",
  'password authentication failed for user "orders"',
  'no basic auth credentials',
  'WWW-Authenticate: Bearer realm="https://r.example/token",service="r.example"',
  'Basic authentication is not supported',
  'the token has expired; log in again',
  'secretName: orders-database',
  'secretKeyRef: {"name":"orders-database","key":"password"}',
  'AZURE_FEDERATED_TOKEN_FILE=/var/run/secrets/azure/tokens/token',
  'password: ${DB_PASSWORD}',
  'tokenExpirationSeconds: 3600',
  'max_tokens=4096',
  'SyntaxError: Unexpected token: }',
  'http://127.0.0.1:4873/@poc/plugin/-/plugin-1.0.0.tgz',
  'https://github.com/acme/shop/releases/tag/orders-20261124-1',
  'ssh://git@github.com:22/acme/shop.git and git@github.com:acme/shop.git',
  'Error: connect ECONNREFUSED 10.96.0.1:5432',
  'cache-key: node-linux-x64',
  'at Object.<anonymous> (/app/node_modules/@scope/package/dist/index.js:12:34)',
  'Deployment orders configured, 3 unchanged; 20261124-12 is serving',
  'docker run -u 1000:1000 -p 8080:8080 orders',
  'apps/orders/src/model/very-long-folder-names/of-a-service/application-settings.ts',
  '--- PASS: TestOrders (0.00s)',
  'PASS orders apps/orders/src/main.spec.ts',
  'pass: no such store',
  'the public door: GET /orders/{id} of version v1 (operationId getOrder)',
];
