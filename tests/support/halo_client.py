"""A client of a Halo, with a token of it, as a script would be one."""

from typing import Any

import requests

from reconciler.simulator.halo import HaloServer


class HaloClient:
    """Asks a Halo whatever it is told to."""

    def __init__(self, server: HaloServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.verify = str(server.ca_file)
        self.sign_in()

    def sign_in(self, scope: str = "all", secret: str | None = None) -> requests.Response:
        options = self.server.data.options
        form = {"grant_type": "client_credentials", "client_id": options.client_id, "scope": scope}
        form["client_secret"] = secret or options.secret
        reply = self.session.post(f"{self.server.url}/auth/token", data=form, timeout=30, verify=self.verify)
        self.session.headers["Authorization"] = f"Bearer {reply.json().get('access_token')}"
        return reply

    def ask(self, method: str, path: str, body: object = None, **query: Any) -> requests.Response:
        url = f"{self.server.url}/api/{path}"
        more: Any = {"allow_redirects": False, "timeout": 30, "verify": self.verify}
        return self.session.request(method, url, json=body, params=query, **more)

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", path, **query).json()

    def send(self, path: str, **body: Any) -> Any:
        return self.ask("POST", path, [body]).json()

    def whole(self, asset: int) -> Any:
        return self.get(f"Asset/{asset}", includedetails="true", includeallowedstatus="true")

    def rows(self, sql: str) -> Any:
        return self.send("Report", sql=sql, _loadreportonly=True)["report"]
