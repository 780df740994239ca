"""Connects to the MCP server as connect.js does, with the Python SDK: pip install -r requirements.txt"""

import asyncio
import os
from urllib.parse import parse_qs, urlsplit

from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

SERVER = os.environ.get("SERVER", "http://localhost:8090/mcp")
PORT = int(os.environ.get("PORT", "8091"))
REDIRECT_URI = f"http://127.0.0.1:{PORT}/callback"


class Kept:
    """What the SDK keeps. A real client stores it."""

    def __init__(self, client_id):
        # With a client id that is the address of a document, the client is known by that; without one, it registers itself.
        self.client = client_id and OAuthClientInformationFull(
            client_id=client_id, redirect_uris=[REDIRECT_URI], token_endpoint_auth_method="none"
        )
        self.tokens = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def redirect(address):
    print(f"Sign in at {address}\n", flush=True)


async def callback():
    """Waits for the browser to come back."""
    arrived = asyncio.get_running_loop().create_future()

    async def answer(reader, writer):
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nSigned in. Go back to the terminal.")
        await writer.drain()
        writer.close()
        arrived.set_result(parse_qs(urlsplit(request.split(" ")[1]).query))

    async with await asyncio.start_server(answer, "127.0.0.1", PORT):
        query = await arrived
    if "error" in query:
        raise SystemExit(f"Refused: {query['error_description'][0]}")
    return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0], iss=query["iss"][0])


async def main():
    metadata = OAuthClientMetadata(
        client_name="Notes in Python",
        redirect_uris=[REDIRECT_URI],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
    )
    auth = OAuthClientProvider(SERVER, metadata, Kept(os.environ.get("CLIENT_ID")), redirect, callback)
    async with create_mcp_http_client(auth=auth) as http:
        async with Client(streamable_http_client(SERVER, http_client=http)) as client:
            await client.call_tool("add-note", {"text": "Agents can sign in."})
            notes = await client.call_tool("list-notes", {})
            print(f"Your notes: {notes.content[0].text}", flush=True)


asyncio.run(main())
