import { newId } from "@/dev/whop/random";
import { signStandard } from "@/dev/whop/signatures";

export type SignedMessage = { method: "POST"; path: string; headers: Record<string, string>; body: string };

export type MessageOptions = { secret: string; companyId: string; experienceId: string; userId: string };

/** A chat message of a member, written now, as Whop's webhook tells of it. */
export function signedMessage({ secret, companyId, experienceId, userId }: MessageOptions): SignedMessage {
  const at = new Date();
  const message = { id: newId("post"), content: "A word of a member to the others.", created_at: at.toISOString() };
  const body = JSON.stringify({
    type: "chat.message.created",
    timestamp: at.toISOString(),
    company_id: companyId,
    data: {
      channel: { id: "chat_bench", type: "chat", experience_id: experienceId },
      message: { ...message, message_type: "regular", user: { id: userId } },
    },
  });
  const signature = signStandard({ id: newId("msg"), timestamp: Math.floor(at.getTime() / 1000), body, secret });
  return { method: "POST", path: "/api/webhook", headers: { "content-type": "application/json", ...signature }, body };
}
