/* Exercice : serveur TCP qui répond à la fin des données. */
#include <arpa/inet.h>  /* htons, htonl */
#include <errno.h>      /* errno, EINTR */
#include <netinet/in.h> /* struct sockaddr_in, INADDR_ANY, IPPORT_USERRESERVED */
#include <signal.h>     /* signal, SIGPIPE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_TAMPON 4096
#define LG_FILE 5 /* clients qui peuvent attendre */

/* Sert un client : compte ce qu'il envoie, jusqu'à la fin de fichier, et le lui dit. */
static void dialoguer(int socketDialogue)
{
    char tampon[LG_TAMPON];
    size_t total = 0;

    /* Étape 4 : lire jusqu'à ce que read() rende 0, en additionnant ; -1 est une erreur, qui ne regarde que ce client. */

    /* Étape 5 : répondre "N octets\n" (snprintf), sans '\0' final ; le client peut être parti (SIGPIPE, EPIPE). */

    fprintf(stderr, "dialoguer(%d) : à compléter (%zu octets comptés, %zu à la fois)\n", socketDialogue, total, sizeof(tampon));
}

int main(void)
{
    int socketDialogue = -1;

    /* Étape 1 : créer un socket TCP/IPv4, et l'attacher au port 5000. */

    /* Étape 2 : le mettre en écoute, avec une file de LG_FILE clients. */

    /* Étape 3 : pour toujours, accepter un client, dialoguer avec lui, fermer son socket de dialogue. */
    dialoguer(socketDialogue);

    fprintf(stderr, "serveur_shutdown : à compléter (port %d, file de %d)\n", PORT, LG_FILE);
    return EXIT_FAILURE;
}
