package io.portrgateway.admin.sshkey;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.portrgateway.admin.github.GitHubKeys;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.Slice;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.MockMvc;

class SshKeySliceTest {

    private final SshKeys keys = mock(SshKeys.class);
    private final GitHubKeys gitHub = mock(GitHubKeys.class);
    private final MockMvc mvc = Slice.of(new SshKeyController(keys, gitHub, Slice.addresses()));

    @BeforeEach
    void thereAreNoKeys() {
        when(keys.of(anyLong())).thenReturn(List.of());
    }

    @Test
    void addsAKeyAndSaysItsName() throws Exception {
        when(keys.add(eq(Slice.ACCOUNT), eq("Laptop"), eq("ssh-ed25519 AAAA"), anyString()))
                .thenReturn(Outcome.done(new SshKeyView(1, "Laptop", "ssh-ed25519", "SHA256:x", Instant.EPOCH, null)));

        mvc.perform(post("/account/ssh-keys").param("line", "ssh-ed25519 AAAA").param("name", "Laptop"))
                .andExpect(redirectedUrl("/account/ssh-keys"))
                .andExpect(flash().attribute("notice", "SSH key Laptop added."));
    }

    @Test
    void handsBackWhatWasWrongButNeverAPrivateKey() throws Exception {
        when(keys.add(any(), anyString(), anyString(), anyString()))
                .thenReturn(Outcome.refused(Refusal.invalid("line", "not a key")));

        mvc.perform(post("/account/ssh-keys").param("line", "ssh-rsa x"))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("problem", "not a key"))
                .andExpect(model().attribute("line", "ssh-rsa x"));
        mvc.perform(post("/account/ssh-keys").param("line", "-----BEGIN OPENSSH PRIVATE KEY-----"))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("line", ""));
    }

    @Test
    void tellsWhetherAKeyWasRemoved() throws Exception {
        when(keys.remove(eq(Slice.ACCOUNT), eq(5L), anyString())).thenReturn(true);

        mvc.perform(post("/account/ssh-keys/5/remove")).andExpect(flash().attributeExists("notice"));
        mvc.perform(post("/account/ssh-keys/6/remove")).andExpect(flash().attributeExists("noticeBad"));
        mvc.perform(post("/account/ssh-keys/99999999999999999999/remove")).andExpect(status().isNotFound());
    }
}
