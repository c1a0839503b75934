/* Serves any number of clients at a time on port 5000, for ever: each one by a child process of its own. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256
#define LG_FILE 10 /* clients that may wait until they are accepted */

/*
 * A child that has ended stays as a zombie until its parent has waited for it. Signals do not queue up: several children may
 * have ended when SIGCHLD comes once, hence the loop. WNOHANG: whoever still works is not waited for.
 */
static void enterrerLesEnfants(int signal)
{
    int erreur = errno; /* the call that was interrupted must find its own */
    (void)signal;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    errno = erreur;
}

static int ouvrirSocketEcoute(void)
{
    int socketEcoute = socket(PF_INET, SOCK_STREAM, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return -1;
    }

    /* Connections of an earlier run may still be in TIME_WAIT on this port: they must not keep us from starting. */
    int oui = 1;
    if (setsockopt(socketEcoute, SOL_SOCKET, SO_REUSEADDR, &oui, sizeof(oui)) == -1)
        perror("setsockopt");

    struct sockaddr_in pointDeRencontreLocal = {
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(socketEcoute, (struct sockaddr *)&pointDeRencontreLocal, sizeof(pointDeRencontreLocal)) == -1) {
        perror("bind");
        close(socketEcoute);
        return -1;
    }
    if (listen(socketEcoute, LG_FILE) == -1) {
        perror("listen");
        close(socketEcoute);
        return -1;
    }
    return socketEcoute;
}

/* Sends all of it: send() may take only a part. MSG_NOSIGNAL: a client that has gone gives an error, and no signal. */
static void envoyer(int socketDialogue, const char *message)
{
    size_t taille = strlen(message), envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(socketDialogue, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0) {
            envoyes += (size_t)ecrits;
        } else if (errno != EINTR) {
            perror("send");
            return;
        }
    }
    printf("Réponse envoyée (%zu octets)\n", envoyes);
}

static void dialoguer(int socketDialogue)
{
    char message[LG_MESSAGE];
    ssize_t lus;
    do
        lus = recv(socketDialogue, message, sizeof(message), 0);
    while (lus == -1 && errno == EINTR);

    if (lus == -1) {
        perror("recv");
    } else if (lus == 0) {
        fprintf(stderr, "Le client a fermé la connexion sans rien envoyer\n");
    } else {
        printf("Message reçu : %.*s (%zd octets)\n", (int)lus, message, lus);
        envoyer(socketDialogue, "ok\n");
    }
}

/* A client keeps its own child waiting, and nobody else. */
static void confierAUnEnfant(int socketDialogue, int socketEcoute)
{
    pid_t enfant = fork();
    if (enfant == -1) {
        perror("fork");
    } else if (enfant == 0) {
        close(socketEcoute); /* the parent's business */
        dialoguer(socketDialogue);
        close(socketDialogue);
        exit(EXIT_SUCCESS); /* or the child, too, would go back to accept() */
    }
    /* The child has a copy: the connection ends when both are closed. */
    close(socketDialogue);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0); /* what is printed before a fork() must not be printed again by the child */
    struct sigaction action = {.sa_handler = enterrerLesEnfants, .sa_flags = SA_RESTART};
    sigaction(SIGCHLD, &action, NULL);

    int socketEcoute = ouvrirSocketEcoute();
    if (socketEcoute == -1)
        return EXIT_FAILURE;
    printf("En écoute sur le port %d\n", PORT);

    for (;;) {
        int socketDialogue = accept(socketEcoute, NULL, NULL);
        if (socketDialogue >= 0) {
            confierAUnEnfant(socketDialogue, socketEcoute);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            perror("accept");
            close(socketEcoute);
            return EXIT_FAILURE;
        }
    }
}
