import { found } from "../api-error";
import { type Operation, requiredQuery } from "../operation";
import { paginate } from "../pagination";

export const chatChannels: Operation[] = [
  {
    name: "chatChannels.list",
    method: "GET",
    path: "/chat_channels",
    answer: ({ world }, request) => {
      const company = found(world.company(requiredQuery(request, "company_id")), "company");
      const channels = world.channelsOf(company.id).toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const page = paginate(channels, (channel) => channel.id, request.query);
      const data = page.data.map((channel) => ({
        id: channel.id,
        experience: { id: channel.experienceId, name: world.experience(channel.experienceId ?? "")?.name ?? "" },
        who_can_post: "everyone",
        who_can_react: "everyone",
        user_posts_cooldown_seconds: null,
        ban_media: false,
        ban_urls: false,
        banned_words: [],
      }));
      return { ...page, data };
    },
  },
];
