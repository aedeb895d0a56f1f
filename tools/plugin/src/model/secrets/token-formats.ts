/**
 * Secrets that say by themselves what they are. The formats are those of gitleaks 8.30.1 (`config/gitleaks.toml`, MIT, of
 * github.com/zricethezav/gitleaks; its authors: Zachary Rice and contributors), as far as a prefix of its own tells them;
 * what it finds by a name before it is `assignments.ts`' part. Looser than its own: half a token shall not be shown either.
 *
 * Each is a beginning and characters without any end to be found, so that looking is linear in the length of the text.
 */
const word = '[A-Za-z0-9]';
const wide = '[A-Za-z0-9_-]';
const hex = '[a-fA-F0-9]';
/** After an escaped end of line, or a colour of a terminal. */
const afterEscape = String.raw`(?<=\\[nrt])|(?<=\[[0-9;]{1,12}m)`;
/** Where a beginning is short, it must be one: at a word's edge, or after an escape. */
const edge = `(?:(?<![A-Za-z0-9_])|${afterEscape})`;
/** The same for base64. */
const base64Edge = `(?:(?<![A-Za-z0-9+/])|${afterEscape})`;

/** The formats by what they are of: sources of expressions. */
export const tokenFormats: Readonly<Record<string, string>> = {
  'JSON web token, and other JSON in base64': `eyJ[A-Za-z0-9_+/-]{12,}={0,2}(?:\\.${wide}*){0,4}`,
  GitHub: `gh[pousr]_${word}{16,}|github_pat_\\w{20,}`,
  GitLab: `gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|oas|soat|ffct|rtr)-[A-Za-z0-9_.-]{16,}|GR1348941${wide}{16,}|_gitlab_session=${wide}{16,}`,
  npm: `npm_${word}{20,}`,
  PyPI: `pypi-AgE${wide}{20,}`,
  RubyGems: `rubygems_${hex}{20,}`,
  'crates.io': `${edge}cio${word}{32}(?!${word})`,
  Slack: 'xox[a-z](?:\\.xox[bp])?-[A-Za-z0-9-]{8,}|xapp-\\d-[A-Za-z0-9-]{8,}',
  'webhooks of Slack': 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{8,}',
  'webhooks of Discord': `discord(?:app)?\\.com/api/webhooks/\\d{1,24}/${wide}{8,}`,
  'webhooks of Teams': '[a-z0-9]\\.webhook\\.office\\.com/webhookb2/[A-Za-z0-9@/-]{8,}',
  Stripe: `(?:sk|rk|whsec)_(?:test|live|prod)_${word}{8,}|whsec_${word}{16,}`,
  OpenAI: `${edge}sk-(?:proj|svcacct|admin|None)-${wide}{16,}|${edge}sk-${word}{20,}`,
  Anthropic: `sk-ant-${wide}{16,}`,
  'Hugging Face': `${edge}(?:hf|api_org)_${word}{30,}`,
  Perplexity: `pplx-${word}{20,}`,
  Groq: `gsk_${word}{20,}`,
  Google: `AIza${wide}{30,}|ya29\\.[A-Za-z0-9_.-]{16,}|GOCSPX-${wide}{16,}`,
  SendGrid: 'SG\\.[A-Za-z0-9_-]{10,}(?:\\.[A-Za-z0-9_-]*)?',
  AWS: `${edge}(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}|ABSK[A-Za-z0-9+/]{60,}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{16,}`,
  Azure: '[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{20,}',
  'signatures of Azure': '(?<=[?&;"\'\\s](?:amp;)?sig=)[A-Za-z0-9%+/=_-]{10,}',
  'keys of Azure': `(?<!sha512-)${base64Edge}[A-Za-z0-9+/]{86}==`,
  'keys of Azure that carry a mark': `${base64Edge}[A-Za-z0-9+/]{30,80}(?:JQQJ99[A-Za-z0-9]{6,40}|\\+ASt|\\+ABa|\\+AMC|AzSe[A-Za-z]|AzCa[A-Za-z]|AzFu|\\+ARm|\\+AEh|\\+ACR[A-D])[A-Za-z0-9+/]{0,16}={0,2}`,
  'tokens of Azure DevOps': `${edge}[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?!${word})`,
  DigitalOcean: `do[opr]_v1_${hex}{20,}`,
  age: 'AGE-SECRET-KEY-1[A-Za-z0-9]{10,}',
  'age plugins': 'AGE-PLUGIN-[A-Z0-9]{1,20}-1[A-Z0-9]{10,}',
  Vault: `hv[sbr]\\.${wide}{20,}|${edge}s\\.${word}{24}(?!${wide})`,
  'Terraform Cloud': `${word}{14}\\.atlasv1\\.${wide}{16,}`,
  Pulumi: `pul-${hex}{30,}`,
  Doppler: `dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.]{20,}`,
  Docker: `dckr_(?:pat|oat)_${wide}{16,}`,
  OpenShift: `sha256~${wide}{20,}`,
  Grafana: `glc_[A-Za-z0-9+/]{20,}={0,2}|glsa_${word}{20,}(?:_${hex}*)?`,
  Sentry: `sntry[su]_[A-Za-z0-9+/=_]{20,}`,
  'New Relic': `NRAK-[A-Z0-9]{20,}|NRII-${wide}{20,}|NRJS-${hex}{16,}`,
  Databricks: `${edge}dapi${hex}{28,}(?:-\\d)?`,
  Snyk: `snyk_[us]at\\.[A-Za-z0-9_.-]{20,}`,
  Sonar: `${edge}sq[upa]_${hex}{30,}`,
  Artifactory: `AKCp${word}{50,}|cmVmd${word}{50,}`,
  Atlassian: `AT(?:ATT3|CTT3|BB)${wide}{20,}=?${hex}{0,8}`,
  Linear: `lin_(?:api|oauth)_${word}{20,}`,
  Notion: `ntn_${word}{30,}|${edge}secret_${word}{40,}`,
  Postman: `PMAK-${hex}{20,}-?${hex}*`,
  PlanetScale: 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{20,}',
  Shopify: `shp(?:at|ca|pa|ss)_${hex}{20,}`,
  Square: `sq0(?:atp|csp)-${wide}{20,}|${edge}EAAA${wide}{40,}`,
  Facebook: `EAA[MC]${word}{60,}`,
  Twilio: `${edge}SK[0-9a-f]{32}(?!${word})`,
  Telegram: `(?<![0-9])[0-9]{8,10}:AA?${wide}{33}(?!${wide})`,
  Mailgun: `(?<![A-Za-z0-9_-])key-[a-f0-9]{32}(?!${word})`,
  Mailchimp: `${edge}[a-f0-9]{32}-us[0-9]{1,2}(?!${word})`,
  Brevo: `xkeysib-[A-Za-z0-9-]{20,}`,
  Dynatrace: 'dt0[a-z]\\d\\d\\.[A-Za-z0-9]{20,}\\.?[A-Za-z0-9]*',
  'Fly.io': `fo1_${wide}{30,}|fm[12][ar]?_[A-Za-z0-9+/]{40,}={0,2}`,
  '1Password': 'ops_eyJ[A-Za-z0-9+/_-]{20,}={0,2}|A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}',
  'Supabase, Prefect, ReadMe and others': `sbp_${hex}{30,}|pnu_${word}{30,}|rdme_${word}{40,}|tk-us-${wide}{30,}|shippo_(?:live|test)_${hex}{30,}|frp_${word}{20,}|nfp_${word}{30,}|figd_${wide}{30,}|CLOJARS_${word}{40,}|EZ[AT]K${word}{40,}|duffel_(?:test|live)_${wide}{30,}|FLWSECK(?:_TEST)?-[A-Za-z0-9-]{12,}|LTAI${word}{16,}|p8e-${word}{30,}`,
};

/** Finds all formats. */
export const tokenExpression = new RegExp(Object.values(tokenFormats).join('|'), 'g');
