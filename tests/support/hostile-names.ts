const BELL = "\u0007";
const OVERRIDE = "\u202e";
const ISOLATE = "\u2066";
const ZALGO = `Z${"\u0300\u0316\u0346\u035b\u0489".repeat(40)}algo`;

/** Thirty names that have broken pages elsewhere: scripts, directions, piles of marks, lengths, and signs that are not to be seen. */
export const HOSTILE_NAMES: readonly string[] = [
  "<script>window.hacked = true</script>",
  '<img src=x onerror="window.hacked = true">',
  "<svg onload=window.hacked=true>",
  '"><script>window.hacked=true</script>',
  "'; window.hacked = true; //",
  "</title><script>window.hacked=true</script>",
  "</script><script>window.hacked=true</script>",
  "javascript:window.hacked=true",
  "{{constructor.constructor('window.hacked=true')()}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: somebody may be called so
  "${window.hacked = true}",
  "<style>*{display:none}</style>",
  "<iframe src=javascript:alert(1)></iframe>",
  "&lt;b&gt;bold&lt;/b&gt; &amp; more",
  `${OVERRIDE}gnp.exe drawkcab`,
  `${ISOLATE}never closed`,
  "اسم طويل جدا يكتب من اليمين إلى اليسار 123",
  "שם שנכתב מימין לשמאל (ABC)",
  ZALGO,
  "W".repeat(500),
  "a ".repeat(250),
  "漢字".repeat(250),
  "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪".repeat(20),
  "🧑🏽‍🚀 Астронавт 🚀",
  "\u200b\u200d\u2060",
  " ",
  "line\nbreak\r\nand\ttab",
  `${BELL}control\u0001signs`,
  "Robert'); DROP TABLE users;--",
  "﷽".repeat(12),
  "null",
];
