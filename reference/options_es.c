/* Shows what five flags of send() and recv() change: peek, waitall, dontwait, nosignal, oob; all on port 5000. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1"
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

/* A socket of that type, bound to port 5000 of every address. */
static int attacher(int type)
{
    int descripteurSocket = socket(PF_INET, type, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return -1;
    }
    struct sockaddr_in local = {
        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_ANY)};
    if (bind(descripteurSocket, (struct sockaddr *)&local, sizeof(local)) == -1) {
        perror("bind");
        close(descripteurSocket);
        return -1;
    }
    return descripteurSocket;
}

/* A stream socket, connected to port 5000. */
static int connecter(void)
{
    int descripteurSocket = socket(PF_INET, SOCK_STREAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return -1;
    }
    struct sockaddr_in distant = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, ADRESSE, &distant.sin_addr);
    if (connect(descripteurSocket, (struct sockaddr *)&distant, sizeof(distant)) == -1) {
        perror("connect");
        close(descripteurSocket);
        return -1;
    }
    return descripteurSocket;
}

/* MSG_PEEK copies the datagram and leaves it in the queue: the second call receives the same one. */
static int regarder(void)
{
    char message[LG_MESSAGE];
    int etat = EXIT_FAILURE, descripteurSocket = attacher(SOCK_DGRAM);
    if (descripteurSocket == -1)
        return EXIT_FAILURE;
    ssize_t vus = recv(descripteurSocket, message, sizeof(message), MSG_PEEK);
    ssize_t lus = vus == -1 ? -1 : recv(descripteurSocket, message, sizeof(message), 0);
    if (lus == -1) {
        perror("recv");
    } else {
        printf("Regardés : %zd octets\nReçus : %zd octets\n", vus, lus);
        etat = EXIT_SUCCESS;
    }
    close(descripteurSocket);
    return etat;
}

/* A stream has no message bounds: without MSG_WAITALL, recv() returns with the first piece. */
static int attendreTout(void)
{
    char enregistrement[LG_MESSAGE];
    int etat = EXIT_FAILURE, socketEcoute = attacher(SOCK_STREAM);
    if (socketEcoute == -1)
        return EXIT_FAILURE;
    int socketDialogue = -1;
    if (listen(socketEcoute, 1) == -1)
        perror("listen");
    else if ((socketDialogue = accept(socketEcoute, NULL, NULL)) == -1)
        perror("accept");
    if (socketDialogue != -1) {
        ssize_t lus = recv(socketDialogue, enregistrement, sizeof(enregistrement), MSG_WAITALL);
        if (lus == -1) {
            perror("recv");
        } else {
            printf("Reçus : %zd octets\n", lus); /* fewer than 256: the client closed before the end */
            etat = EXIT_SUCCESS;
        }
        close(socketDialogue);
    }
    close(socketEcoute);
    return etat;
}

/* MSG_DONTWAIT: this call does not wait, whatever the socket's own mode is. */
static int nePasAttendre(void)
{
    char message[LG_MESSAGE];
    int etat = EXIT_SUCCESS, descripteurSocket = attacher(SOCK_DGRAM);
    if (descripteurSocket == -1)
        return EXIT_FAILURE;
    ssize_t lus = recv(descripteurSocket, message, sizeof(message), MSG_DONTWAIT);
    if (lus >= 0) {
        printf("Reçus : %zd octets\n", lus);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        printf("rien\n");
    } else {
        perror("recv");
        etat = EXIT_FAILURE;
    }
    close(descripteurSocket);
    return etat;
}

/*
 * The first send() after the server has closed may still succeed: only the answer to it tells that nobody is there any more.
 * With MSG_NOSIGNAL the next one fails with an error, and no SIGPIPE comes to kill the program.
 */
static int sansSignal(void)
{
    const char *messageEnvoi = "Hello world !\n";
    int etat = EXIT_FAILURE, descripteurSocket = connecter();
    if (descripteurSocket == -1)
        return EXIT_FAILURE;
    ssize_t ecrits;
    while ((ecrits = send(descripteurSocket, messageEnvoi, strlen(messageEnvoi), MSG_NOSIGNAL)) >= 0)
        printf("Envoyés : %zd octets\n", ecrits);
    if (errno == EPIPE || errno == ECONNRESET) {
        printf("%s\n", errno == EPIPE ? "EPIPE" : "ECONNRESET");
        etat = EXIT_SUCCESS;
    } else {
        perror("send");
    }
    close(descripteurSocket);
    return etat;
}

/* MSG_OOB: one byte that the other side can read before the rest of the flow. */
static int envoyerUrgent(void)
{
    int etat = EXIT_FAILURE, descripteurSocket = connecter();
    if (descripteurSocket == -1)
        return EXIT_FAILURE;
    ssize_t ecrits = send(descripteurSocket, "!", 1, MSG_OOB | MSG_NOSIGNAL);
    if (ecrits == -1) {
        perror("send");
    } else {
        printf("Envoyé en urgence : %zd octet\n", ecrits);
        etat = EXIT_SUCCESS;
    }
    close(descripteurSocket);
    return etat;
}

int main(int argc, char *argv[])
{
    static const struct {
        const char *mot;
        int (*fonction)(void);
    } modes[] = {
        {"peek", regarder},       {"waitall", attendreTout}, {"dontwait", nePasAttendre},
        {"nosignal", sansSignal}, {"oob", envoyerUrgent},
    };
    for (size_t i = 0; argc == 2 && i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(argv[1], modes[i].mot) == 0)
            return modes[i].fonction();
    fprintf(stderr, "Usage : %s peek|waitall|dontwait|nosignal|oob\n", argv[0]);
    return EXIT_FAILURE;
}
