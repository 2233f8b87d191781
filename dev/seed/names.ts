import type { Draws } from "@/dev/seed/draws";

export type Name = { name: string | null; username: string; timeZone: string };

type Culture = { timeZones: string[]; first: string; last: string; familyFirst?: boolean; joined?: string };

/** Where names come from; first and last names are drawn apart. */
const CULTURES: Culture[] = [
  {
    timeZones: ["America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver"],
    first: "Maya Jordan Chloe Ethan Brooklyn Tyler Savannah Marcus Hailey DeShawn Riley Logan Imani Wyatt Kayla",
    last: "Johnson Rivera Carter Brooks O'Connor Washington Hayes Whitfield Nguyen-Smith Mitchell Park Delgado Foster",
  },
  {
    timeZones: ["Europe/London", "Europe/Dublin"],
    first: "Oliver Niamh Harriet Callum Saoirse Alfie Poppy Rhys Aisling Freya Kwame Zara",
    last: "Hughes O'Sullivan Patel Llewellyn Byrne Whitaker Okafor Sinclair Mensah Ashworth Khan",
  },
  {
    timeZones: ["Europe/Berlin", "Europe/Vienna", "Europe/Zurich"],
    first: "Lukas Anneliese Jonas Käthe Moritz Frieda Emre Lea-Sophie Till Mareike Björn Zoë",
    last: "Müller Schröder Weiß Hofstätter Yılmaz Köhler Brändli Vogt Großmann Niedermeyer",
  },
  {
    timeZones: ["Europe/Paris", "Europe/Brussels", "America/Montreal"],
    first: "Chloé Théo Léa Hugo Anaïs Gaël Inès Jérôme Maëlys François Noé Aïcha",
    last: "Lefèvre Dubois Moreau Tremblay Bélanger Diallo N'Guessan Garçon Rousseau d'Hondt",
  },
  {
    timeZones: ["America/Mexico_City", "America/Bogota", "Europe/Madrid", "America/Argentina/Buenos_Aires"],
    first: "Sofía Mateo Valentina Santiago Camila Nicolás Lucía Iñaki Ximena Joaquín Begoña Emiliano",
    last: "Hernández Muñoz Quiñones Ibáñez Etxeberria Gutiérrez Peña Castaño Villaseñor Núñez",
  },
  {
    timeZones: ["America/Sao_Paulo", "Europe/Lisbon"],
    first: "João Luíza Thiago Beatriz Caetano Antônia Rafael Conceição Vinícius Marília",
    last: "Gonçalves Araújo Conceição Magalhães Fonseca Simões Assunção Teixeira Brandão",
  },
  {
    timeZones: ["Europe/Rome"],
    first: "Giulia Niccolò Chiara Matteo Benedetta Luca Ilaria Tommaso",
    last: "D'Angelo Esposito Conte Bianchi Ferraris Della-Valle Rizzo",
  },
  {
    timeZones: ["Europe/Warsaw"],
    first: "Zofia Wojciech Łucja Jakub Małgorzata Szymon",
    last: "Kowalczyk Wójcik Mazur Źrebiec Nowak Żuraw",
  },
  { timeZones: ["Europe/Prague"], first: "Šimon Tereza Kryštof Žofie", last: "Krejčí Martinů Jirků" },
  {
    timeZones: ["Europe/Istanbul"],
    first: "Elif Çağlar Zeynep İlker Gülşah Ömer Şebnem Barış",
    last: "Yıldız Öztürk Çelik Şahin Güneş Aydoğan",
  },
  { timeZones: ["Europe/Kyiv"], first: "Олександр Соломія Богдан Дарина", last: "Шевченко Ковальчук Мельник" },
  { timeZones: ["Europe/Athens"], first: "Νικόλας Ελένη Γιώργος Δήμητρα", last: "Γεωργίου Ιωάννου Οικονόμου" },
  { timeZones: ["Europe/Sofia"], first: "Десислава Милена Радостина", last: "Иванова Петрова Димитрова" },
  {
    timeZones: ["Africa/Cairo", "Asia/Dubai", "Asia/Riyadh", "Africa/Casablanca"],
    first: "محمد فاطمة يوسف نور عمر ليلى خالد مريم سلمى",
    last: "الحسن العتيبي منصور الشريف بنجلون الهاشمي",
  },
  {
    timeZones: ["Asia/Jerusalem"],
    first: "נועה איתי תמר יונתן שירה",
    last: "כהן מזרחי פרידמן ברק",
  },
  {
    timeZones: ["Asia/Kolkata"],
    first: "Aarav Priya Rohan Ananya Lakshmi Kabir Meera आरव प्रिया Siddharth Nandini",
    last: "Sharma Krishnamurthy Iyer Banerjee शर्मा Chatterjee Reddy Subramaniam Gill",
  },
  {
    timeZones: ["Asia/Shanghai", "Asia/Taipei", "Asia/Singapore"],
    first: "伟 秀英 子涵 雨桐 浩然 梓萱 志明 美玲",
    last: "王 李 張 欧阳 陳 林 黃",
    familyFirst: true,
    joined: "",
  },
  {
    timeZones: ["Asia/Tokyo"],
    first: "さくら 陽菜 蓮 大翔 結衣 健太 ひなた 美咲",
    last: "佐藤 鈴木 高橋 渡辺 小林 長谷川 五十嵐",
    familyFirst: true,
    joined: " ",
  },
  {
    timeZones: ["Asia/Seoul"],
    first: "서연 민준 지우 하은 도윤 예린",
    last: "김 이 박 최 남궁",
    familyFirst: true,
    joined: "",
  },
  {
    timeZones: ["Africa/Lagos"],
    first: "Chidinma Babátúndé Ngozi Adaeze Olúwaṣeun Amara",
    last: "Okonkwo Adébáyọ̀ Eze Ọláyínká",
  },
  { timeZones: ["Africa/Nairobi"], first: "Wanjiru Kamau Achieng Otieno", last: "Mwangi Kariuki Odhiambo" },
  { timeZones: ["Africa/Johannesburg"], first: "Thabo Sipho Nomvula Lerato", last: "Dlamini Mokoena van-der-Merwe" },
  { timeZones: ["Africa/Accra"], first: "Kofi Akosua Yaw", last: "Nkrumah Mensah Boateng" },
  { timeZones: ["Asia/Ho_Chi_Minh"], first: "Thùy-Linh Đức Phương Quỳnh", last: "Nguyễn Trần Phạm" },
  { timeZones: ["Asia/Jakarta"], first: "Putri Agus Dewi", last: "Santoso Wibowo Hartono" },
  { timeZones: ["Asia/Manila"], first: "Maria-Clara Jomar Althea", last: "Dela-Cruz Bautista Reyes" },
  { timeZones: ["Asia/Bangkok"], first: "สมชาย ณัฐ ปิยะ", last: "ใจดี ศรีสุข" },
  {
    timeZones: ["Europe/Stockholm", "Europe/Oslo", "Europe/Copenhagen", "Europe/Helsinki"],
    first: "Astrid Søren Åsa Mikkel Linnéa Jussi Freja Øyvind",
    last: "Lindström Ødegård Kjær Virtanen Sjöberg Nygård Bjørnsdóttir",
  },
  {
    timeZones: ["Australia/Sydney", "Pacific/Auckland"],
    first: "Tahlia Lachlan Aroha Jack Matilda Tane Kirra",
    last: "Campbell Te-Rangi McAllister Walker Parata Bennett",
  },
];

/** Names as people really type them. */
const SPECIAL: Name[] = [
  { name: "luna 🌙✨", username: "lunalux", timeZone: "America/Los_Angeles" },
  {
    name: "Dr. Maximiliane-Theodora Freifrau von Hohenberg-Schaumburg zu Lichtenfels",
    username: "maximiliane",
    timeZone: "Europe/Berlin",
  },
  { name: "Omar عمر 🎬", username: "omarcuts", timeZone: "Asia/Dubai" },
  { name: "👩🏽‍💻 ada", username: "ada_codes", timeZone: "Africa/Lagos" },
  { name: "X", username: "x", timeZone: "Europe/Stockholm" },
  { name: null, username: "quietfox", timeZone: "Europe/London" },
  { name: "さくら@動画編集", username: "sakura_edit", timeZone: "Asia/Tokyo" },
  { name: "~ k i t ~", username: "kit", timeZone: "America/Chicago" },
  { name: "🇧🇷 Zé da Câmera 🎥🔥", username: "zecamera", timeZone: "America/Sao_Paulo" },
  { name: "Anna & Ben <studio>", username: "annaben", timeZone: "Europe/Vienna" },
  { name: "مريم 🌸", username: "maryam_reels", timeZone: "Africa/Cairo" },
  { name: "ΔLEX", username: "delta_lex", timeZone: "Europe/Athens" },
];

const ADJECTIVES =
  "quiet happy pixel cosmic lazy velvet neon brave salty golden tiny urban lunar rapid mellow spicy frozen humble".split(
    " ",
  );
const NOUNS =
  "otter fern comet panda lens cactus waffle raven mango sparrow reel koala tripod ember biscuit orca maple frame".split(
    " ",
  );

/** As many different people as asked for, the special ones spread among them. */
export function drawNames(draws: Draws, wanted: number): Name[] {
  const names = new Set<string>();
  const usernames = new Set(SPECIAL.map(({ username }) => username));
  const special = [...SPECIAL];
  const people: Name[] = [];
  while (people.length < wanted) {
    if (special.length > 0 && people.length % 9 === 5) {
      people.push(...special.splice(0, 1));
      continue;
    }
    const culture = draws.pick(CULTURES);
    const [first, last] = [draws.pick(culture.first.split(" ")), draws.pick(culture.last.split(" "))];
    const name = culture.familyFirst ? `${last}${culture.joined ?? " "}${first}` : writtenAs(draws, first, last);
    if (names.has(name)) continue;
    names.add(name);
    people.push({ name, username: drawUsername(draws, first, usernames), timeZone: draws.pick(culture.timeZones) });
  }
  return people;
}

function writtenAs(draws: Draws, first: string, last: string): string {
  const way = draws.number();
  if (way < 0.62) return `${first} ${last}`;
  if (way < 0.78) return first;
  if (way < 0.9) return `${first} ${[...last][0]}.`;
  return `${first} ${last}`.toLowerCase();
}

function drawUsername(draws: Draws, first: string, taken: Set<string>): string {
  const latin = first
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
  for (;;) {
    const stem = latin.length > 2 && draws.chance(0.6) ? latin : draws.pick(ADJECTIVES);
    const rest = draws.chance(0.5) ? draws.pick(NOUNS) : String(draws.whole(1, 999));
    const username = `${stem}${draws.chance(0.3) ? "_" : ""}${rest}`;
    if (taken.has(username)) continue;
    taken.add(username);
    return username;
  }
}
