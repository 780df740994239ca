import '@angular/compiler';
import { provideHttpClient } from '@angular/common/http';
import { Component, inject, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { OAuthService, provideOAuthClient } from 'angular-oauth2-oidc';

declare const ISSUER: string;

@Component({
  selector: 'main',
  template: `
    @if (email()) {
      {{ email() }} <button (click)="oauth.refreshToken()">Refresh</button>
    } @else {
      <button (click)="oauth.initCodeFlow()">Sign in</button>
    }
  `,
})
class App {
  readonly oauth = inject(OAuthService);
  readonly email = signal('');

  constructor() {
    this.oauth.configure({
      issuer: ISSUER,
      clientId: 'angular-oauth2-oidc',
      redirectUri: `${location.origin}/`,
      responseType: 'code',
      scope: 'openid profile email offline_access',
    });
    void this.signInWithTheCode();
  }

  async signInWithTheCode() {
    await this.oauth.loadDiscoveryDocumentAndTryLogin();
    if (!this.oauth.hasValidAccessToken()) return;
    const profile = (await this.oauth.loadUserProfile()) as { info: { email: string } };
    this.email.set(profile.info.email);
  }
}

await bootstrapApplication(App, { providers: [provideHttpClient(), provideOAuthClient()] });
