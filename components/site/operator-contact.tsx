type OperatorContactProps = { supportEmail?: string; installUrl: string };

/** How to reach who runs this installation. */
export function OperatorContact({ supportEmail, installUrl }: OperatorContactProps) {
  if (supportEmail !== undefined) {
    return (
      <p>
        Write to <a href={`mailto:${supportEmail}`}>{supportEmail}</a>. Where a page shows a reference, send it along.
      </p>
    );
  }
  return (
    <p>
      WEE5's page <a href={installUrl}>on Whop</a> names who runs this installation, and Whop passes on what you write
      to them. The creator of your community can reach them too. Where a page shows a reference, send it along.
    </p>
  );
}
