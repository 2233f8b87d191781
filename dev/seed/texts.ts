import type { Draws } from "@/dev/seed/draws";

/** What a community talks about. `{word}` is replaced by one of the words of that name. */
export type Topic = {
  messages: string[];
  posts: string[];
  comments: string[];
  words: Record<string, string[]>;
};

const SHORT = [
  "nice!",
  "thanks 🙏",
  "same here",
  "love this",
  "haha true",
  "congrats!! 🎉",
  "good morning everyone ☀️",
  "on it",
  "100%",
  "makes sense",
  "this 👆",
  "following",
  "¡Buenísimo!",
  "Danke dir!",
  "merci beaucoup",
  "おつかれさま！",
  "شكراً جزيلاً",
  "obrigado pela dica!",
  "대박",
  "谢谢分享",
];

export const VIDEO_TOPIC: Topic = {
  words: {
    tool: ["Resolve", "Premiere", "CapCut", "After Effects", "Figma", "Notion", "Descript"],
    piece: [
      "reel",
      "trailer",
      "thumbnail",
      "podcast clip",
      "explainer",
      "wedding film",
      "product video",
      "channel intro",
    ],
    number: ["3", "5", "8", "12", "20", "40", "75"],
    money: ["$150", "$300", "$450", "$900", "$1,200", "$2,000"],
    day: ["today", "tomorrow", "on Monday", "this weekend", "by Friday", "next week"],
    skill: [
      "colour grading",
      "sound design",
      "cold outreach",
      "pricing",
      "storyboarding",
      "hooks",
      "retention editing",
    ],
  },
  messages: [
    "just finished a {piece}, took {number} hours but I like it",
    "anyone else using {tool} for a {piece}?",
    "how much would you charge for a {piece}? I was thinking {money}",
    "client said yes to {money}!! 🎉",
    "first {money} month, I can't believe it",
    "{tool} crashed on me again {day} of course",
    "the lesson on {skill} was worth the whole membership",
    "what do you all do about {skill}?",
    "I'm stuck on {skill}, any good resource?",
    "posting my {piece} {day}, feedback welcome",
    "here's the before and after of my {piece} 👀",
    "render time: {number} minutes. coffee time.",
    "got {number} new leads from one cold email",
    "reminder: the live call on {skill} is {day}",
    "who wants to be accountability partners {day}?",
    "I rewrote my hook {number} times and the first one was best 😅",
    "proxy files saved my laptop, {tool} runs fine now",
    "does anybody have a template for a {piece} contract?",
    "raise your prices, {money} is too low for a {piece}",
    "sent {number} pitches {day}, two replies so far",
    "my {piece} just passed {number}k views 🚀",
    "subtitles: do you burn them in or use {tool}?",
    "small win: finished the module on {skill}",
    "what mic do you use? mine hums",
    "lighting is 80% of it, honestly",
    "ok that transition is clean 🔥",
    "can someone look at my {piece}? the middle drags",
    "cut the first {number} seconds, it starts better there",
    "I'd try it with music lower by {number} dB",
    "client wants round {number} of revisions, send help",
    "put the revision limit in the contract next time, learned that the hard way",
    "¿alguien usa {tool} en español?",
    "ich schneide {day} einen {piece}, drückt mir die Daumen",
    "je cherche un binôme pour bosser {skill}",
    "{tool}のショートカット、まとめました！",
    "هل جرّب أحد {tool} على ماك؟",
  ],
  posts: [
    "My first {money} client: what I did, what I'd do differently, and the message that got the reply.",
    "A short guide to {skill}: the {number} things I wish I had known at the start.",
    "Case study: a {piece} from brief to delivery in {number} hours, with screenshots of the timeline in {tool}.",
    "Weekly wins thread. Mine: finished a {piece} and raised my price to {money}.",
    "I compared {tool} with what I used before. Here is what changed for me after {number} projects.",
    "Ask me anything about {skill}; I've been doing it full time for {number} months.",
  ],
  comments: [
    "Great write-up, the part about {skill} helped me.",
    "How long did it take until the first reply?",
    "Saved this. Could you share the {tool} project?",
    "I did the same with a {piece} and it worked.",
    "Respectfully disagree: {money} is low for that.",
    "Congratulations! 🎉",
    "The tip with {tool} is gold.",
  ],
};

export const RUNNING_TOPIC: Topic = {
  words: {
    distance: ["5k", "8k", "10k", "15k", "half", "long run", "tempo run"],
    number: ["4", "6", "9", "12", "18"],
    place: ["along the harbour", "up the hill", "round the lake", "on the track", "through the park"],
  },
  messages: [
    "easy {distance} {place} this morning 🏃",
    "who's in for a {distance} {place} tomorrow?",
    "new PB on the {distance}!!",
    "rain again, did {number} km on the treadmill",
    "legs are toast after yesterday's {distance}",
    "{number} weeks until race day",
    "any shoe tips for {place}?",
    "took a rest day and feel guilty, as always",
    "sunrise {place} was worth the alarm 🌅",
    "intervals: {number} times 400 and I'm done",
  ],
  posts: ["Race report: the {distance} {place}, {number} weeks of training and one very steep hill."],
  comments: ["Well run! 👏", "What was your split?", "See you {place} on Sunday."],
};

/** A message of the topic, now and then only a few words. */
export function drawMessage(draws: Draws, topic: Topic): string {
  if (draws.chance(0.03)) return draws.pick(["ok", "gg", "🔥", "+1", "yo"]);
  if (draws.chance(0.22)) return draws.pick(SHORT);
  const text = filled(draws, topic, draws.pick(topic.messages));
  return draws.chance(0.12) ? `${text} ${draws.pick(SHORT)}` : text;
}

export function drawPost(draws: Draws, topic: Topic): string {
  return filled(draws, topic, draws.pick(topic.posts));
}

export function drawComment(draws: Draws, topic: Topic): string {
  return filled(draws, topic, draws.pick(topic.comments));
}

function filled(draws: Draws, { words }: Topic, template: string): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => draws.pick(words[name] ?? [name]));
}
