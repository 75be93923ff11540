import { defineConfig, type Plugin } from "vite";

// Flask answers /admin/… and /setup with the dashboard; the development server does the same.
const DASHBOARD = /^\/(admin|setup)(\/|\?|$)/;

function dashboardPages(): Plugin {
  return {
    name: "dashboard-pages",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        if (DASHBOARD.test(request.url ?? "")) request.url = "/admin.html";
        next();
      });
    },
  };
}

export default defineConfig({
  plugins: [dashboardPages()],
  build: {
    // The content security policy allows neither inline scripts and styles nor data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: { draw: "index.html", admin: "admin.html" } },
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:8000" },
  },
});
