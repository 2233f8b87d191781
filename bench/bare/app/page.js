/** Made anew for each request, as a member's page is. */
export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <main>
      <h1>A bare page</h1>
      <p>Nothing but the framework: what a member's page is held against.</p>
    </main>
  );
}
