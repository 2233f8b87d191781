import { createHash } from "node:crypto";
import { createScriptTranslator } from "@/lib/redis/scripts";

const sha = (text: string) => createHash("sha1").update(text).digest("hex");

test("a script with Upstash's heading loses it, and from then on its SHA stands for what was sent", () => {
  const translate = createScriptTranslator();
  const plain = "return redis.call('GET', KEYS[1])";
  const upstash = `#!lua flags=allow-key-locking\n${plain}`;
  expect(translate(["evalsha", sha(upstash), "1", "k"])).toEqual(["evalsha", sha(upstash), "1", "k"]);
  expect(translate(["EVAL", upstash, "1", "k"])).toEqual(["EVAL", plain, "1", "k"]);
  expect(translate(["evalsha", sha(upstash), "1", "k"])).toEqual(["evalsha", sha(plain), "1", "k"]);
});

test("scripts without it and other commands pass as they are", () => {
  const translate = createScriptTranslator();
  expect(translate(["eval", "return 1", "0"])).toEqual(["eval", "return 1", "0"]);
  expect(translate(["evalsha", sha("return 1"), "0"])).toEqual(["evalsha", sha("return 1"), "0"]);
  expect(translate(["set", "k", "#!lua\nx"])).toEqual(["set", "k", "#!lua\nx"]);
});
