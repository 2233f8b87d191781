import { pictureAddress } from "@/services/leaderboard/rank-card/picture-address";

const WHOP = "https://api.whop.com/api/v1";
const STAND_IN = "http://127.0.0.1:4100/api/v1";

test.each([
  "https://whop.com/x.png",
  "https://assets.whop.com/a/b.jpg?w=96",
  "https://img-v2-prod.whop.com/x",
  "HTTPS://CDN.WHOP.COM:443/x",
])("%s may be asked for a picture", (text) => {
  expect(pictureAddress(text, WHOP)).toMatchObject({ isStandIn: false });
});

test.each([
  "http://assets.whop.com/x.png",
  "https://assets.whop.com:8443/x.png",
  "https://me:secret@assets.whop.com/x.png",
  "https://whop.com@example.org/x.png",
  "https://whop.com.example.org/x.png",
  "https://notwhop.com/x.png",
  "https://example.org/whop.com",
  "https://whop.com./x.png",
  "https://apps.whop.com/x.png",
  "https://evil.apps.whop.com/x.png",
  "https://127.0.0.1/x.png",
  "https://2130706433/x.png",
  "https://[::1]/x.png",
  "https://169.254.169.254/latest/meta-data",
  "https://localhost/x.png",
  "http://127.0.0.1:4100/x.png",
  "ftp://whop.com/x.png",
  "file:///etc/passwd",
  "data:image/png;base64,AAAA",
  "//whop.com/x.png",
  "nonsense",
  "",
])("%s may not", (text) => {
  expect(pictureAddress(text, WHOP)).toBeUndefined();
});

test("where Whop's stand-in is reached by http it may be asked, and nothing else on the machine", () => {
  expect(pictureAddress("http://127.0.0.1:4100/avatars/a.png", STAND_IN)).toMatchObject({ isStandIn: true });
  for (const text of ["http://127.0.0.1:4101/a.png", "http://localhost:4100/a.png", "https://127.0.0.1:4100/a.png"])
    expect(pictureAddress(text, STAND_IN)).toBeUndefined();
});
