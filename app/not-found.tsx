import { Link } from "frosted-ui";
import { Notice } from "@/components/ui/notice";

export const metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <Notice
      title="This page does not exist"
      action={
        <Link href="/" size="2" className="inline-flex min-h-10 items-center self-start">
          Go to the start page
        </Link>
      }
    >
      <p>The address may be mistyped, or the page has moved. In Whop, open WEE5 from your community's apps.</p>
    </Notice>
  );
}
